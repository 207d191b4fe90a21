#include "papers/canvas.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <hpdf.h>

namespace foyer::papers {
namespace {

constexpr double points_per_mm = 72.0 / 25.4;
constexpr double line_factor = 1.3; // of the size of the letters
constexpr std::array<const char*, 2> font_files{FOYER_FONT_DIR "/DejaVuSans.ttf",
                                                FOYER_FONT_DIR "/DejaVuSans-Bold.ttf"};
constexpr std::string_view ellipsis = "…";

HPDF_REAL points(double mm) {
  return static_cast<HPDF_REAL>(mm * points_per_mm);
}

// The bytes of the character that begins here; a stray byte counts as one.
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  std::size_t length = 1;
  if (lead >= 0xF0)
    length = 4;
  else if (lead >= 0xE0)
    length = 3;
  else if (lead >= 0xC0)
    length = 2;
  return std::min(length, text.size() - at);
}

// The library knows the first plane of Unicode only, and takes a byte of zero for the end.
std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto length = character_at(text, at);
    const auto lead = static_cast<unsigned char>(text[at]);
    if (length == 4)
      out += "\xEF\xBF\xBD"; // the replacement character
    else if (lead < 0x20 || lead == 0x7F)
      out += ' ';
    else
      out.append(text.substr(at, length));
    at += length;
  }
  return out;
}

} // namespace

struct canvas::state {
  HPDF_Doc document = nullptr;
  HPDF_Page page = nullptr;
  std::array<HPDF_Font, 2> fonts{};
  std::vector<HPDF_Page> pages;

  [[nodiscard]] HPDF_Font font(face of) const { return fonts[static_cast<std::size_t>(of)]; }
  [[nodiscard]] bool sound() const {
    return document != nullptr && page != nullptr && fonts[0] != nullptr && fonts[1] != nullptr;
  }

  // In points.
  double width(const std::string& what, const pen& with) const {
    if (!sound()) return 0;
    const auto measured =
        HPDF_Font_TextWidth(font(with.face), reinterpret_cast<const HPDF_BYTE*>(what.data()),
                            static_cast<HPDF_UINT>(what.size()));
    return measured.width * with.size / 1000.0;
  }
};

canvas::canvas(const std::string& title, const std::string& language) : state_(std::make_unique<state>()) {
  state_->document = HPDF_New(nullptr, nullptr);
  auto* document = state_->document;
  if (document == nullptr) return;
  HPDF_UseUTFEncodings(document);
  HPDF_SetCompressionMode(document, HPDF_COMP_ALL);
  for (std::size_t i = 0; i < font_files.size(); ++i) {
    const auto* name = HPDF_LoadTTFontFromFile(document, font_files[i], HPDF_TRUE);
    if (name == nullptr) return;
    state_->fonts[i] = HPDF_GetFont(document, name, "UTF-8");
  }
  // Document properties are no page text: the library writes them as Latin, so that they hold ASCII alone.
  std::string plain;
  for (const char c : title) plain += c >= 0x20 && c < 0x7F ? c : '-';
  HPDF_SetInfoAttr(document, HPDF_INFO_TITLE, plain.c_str());
  HPDF_SetInfoAttr(document, HPDF_INFO_CREATOR, language == "fr" ? "Foyer (fr)" : "Foyer (en)");
}

canvas::~canvas() {
  if (state_->document != nullptr) HPDF_Free(state_->document);
}

void canvas::new_page() {
  if (state_->document == nullptr) return;
  state_->page = HPDF_AddPage(state_->document);
  if (state_->page == nullptr) return;
  HPDF_Page_SetSize(state_->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
  state_->pages.push_back(state_->page);
}

void canvas::text(place at, std::string_view what, const pen& with, align side) {
  if (!state_->sound() || what.empty()) return;
  const auto shown = printable(what);
  auto x = at.x * points_per_mm;
  if (side == align::right) x -= state_->width(shown, with);
  auto* page = state_->page;
  const auto grey = static_cast<HPDF_REAL>(with.grey);
  HPDF_Page_SetRGBFill(page, grey, grey, grey);
  HPDF_Page_BeginText(page);
  HPDF_Page_SetFontAndSize(page, state_->font(with.face), static_cast<HPDF_REAL>(with.size));
  HPDF_Page_TextOut(page, static_cast<HPDF_REAL>(x), points(page_height - at.y), shown.c_str());
  HPDF_Page_EndText(page);
}

std::vector<std::string> canvas::wrapped(std::string_view what, double width_mm, const pen& with,
                                         std::size_t lines_max) {
  const auto shown = printable(what);
  const auto limit = width_mm * points_per_mm;
  std::vector<std::string> lines(1);
  const auto fits = [&](const std::string& text) { return state_->width(text, with) <= limit; };
  for (std::size_t at = 0; at < shown.size();) {
    auto end = std::min(shown.find(' ', at), shown.size());
    auto word = shown.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    auto& last = lines.back();
    if (const auto longer = last.empty() ? word : last + ' ' + word; fits(longer)) {
      last = longer;
      continue;
    }
    if (!last.empty()) lines.emplace_back();
    for (std::size_t c = 0; c < word.size();) {
      const auto length = character_at(word, c);
      if (!lines.back().empty() && !fits(lines.back() + word.substr(c, length))) lines.emplace_back();
      lines.back().append(word, c, length);
      c += length;
    }
  }
  if (lines.size() <= lines_max) return lines;
  lines.resize(lines_max);
  auto& last = lines.back();
  while (!last.empty() && !fits(last + std::string{ellipsis})) {
    std::size_t start = last.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(last[start]) & 0xC0U) == 0x80U) --start;
    last.resize(start);
  }
  last += ellipsis;
  return lines;
}

double canvas::paragraph(place at, std::string_view what, double width_mm, const pen& with,
                         std::size_t lines_max) {
  if (what.empty()) return at.y;
  for (const auto& each : wrapped(what, width_mm, with, lines_max)) {
    text(at, each, with);
    at.y += with.size * line_factor / points_per_mm;
  }
  return at.y;
}

double canvas::width_of(std::string_view what, const pen& with) {
  return state_->width(printable(what), with) / points_per_mm;
}

void canvas::line(place from, place to, double width_points, double grey, bool dashed) {
  if (!state_->sound()) return;
  auto* page = state_->page;
  static constexpr std::array<HPDF_UINT16, 2> dash{4, 3};
  const auto shade = static_cast<HPDF_REAL>(grey);
  HPDF_Page_SetLineWidth(page, static_cast<HPDF_REAL>(width_points));
  HPDF_Page_SetRGBStroke(page, shade, shade, shade);
  HPDF_Page_SetDash(page, dashed ? dash.data() : nullptr, dashed ? 2 : 0, 0);
  HPDF_Page_MoveTo(page, points(from.x), points(page_height - from.y));
  HPDF_Page_LineTo(page, points(to.x), points(page_height - to.y));
  HPDF_Page_Stroke(page);
}

void canvas::qr(place upper_left, double side_mm, const qr_code& code) {
  if (!state_->sound() || code.size == 0) return;
  auto* page = state_->page;
  const auto module = side_mm / code.size;
  HPDF_Page_SetRGBFill(page, 0, 0, 0);
  for_each_run(code, [&](int row, int column, int length) {
    HPDF_Page_Rectangle(page, points(upper_left.x + column * module),
                        points(page_height - upper_left.y - (row + 1) * module), points(length * module),
                        points(module));
  });
  HPDF_Page_Fill(page);
}

void canvas::number_pages() {
  if (state_->pages.size() < 2) return;
  const auto all = std::to_string(state_->pages.size());
  for (std::size_t i = 0; i < state_->pages.size(); ++i) {
    state_->page = state_->pages[i];
    text({page_width - 15, page_height - 8}, std::to_string(i + 1) + "/" + all, {.size = 8, .grey = 0.4},
         align::right);
  }
}

outcome<std::string> canvas::finish() {
  auto* document = state_->document;
  if (document == nullptr || !state_->sound() || HPDF_GetError(document) != HPDF_OK ||
      HPDF_SaveToStream(document) != HPDF_OK) {
    const auto code = document == nullptr ? 0UL : static_cast<unsigned long>(HPDF_GetError(document));
    spdlog::error("a PDF could not be made: error {:#x}. {}", code, missing_fonts());
    return errc::internal;
  }
  std::string out(HPDF_GetStreamSize(document), '\0');
  auto size = static_cast<HPDF_UINT32>(out.size());
  HPDF_ReadFromStream(document, reinterpret_cast<HPDF_BYTE*>(out.data()), &size);
  out.resize(size);
  return out;
}

std::string missing_fonts() {
  for (const auto* file : font_files) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed))
      return std::string{"The font "} + file + " is missing (package fonts-dejavu-core).";
  }
  return {};
}

} // namespace foyer::papers
