#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "papers/qr.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::papers {

/// Millimetres from the upper left corner of an A4 page.
struct place {
  double x = 0;
  double y = 0;
};

inline constexpr double page_width = 210;
inline constexpr double page_height = 297;

enum class face { regular, bold };
enum class align { left, right };

struct pen {
  double size = 10; // points
  papers::face face = papers::face::regular;
  double grey = 0; // 0 black to 1 white
};

/// A PDF under way: A4 pages on which text (UTF-8, DejaVu Sans, embedded) and shapes are put. One thread.
/// Whatever goes wrong is kept and told at the end, so that nobody has to look after every line.
class canvas {
public:
  /// `title` and `language` ("fr", "en") are those of the document's properties.
  canvas(const std::string& title, const std::string& language);
  canvas(const canvas&) = delete;
  canvas& operator=(const canvas&) = delete;
  ~canvas();

  void new_page();
  /// One line; `at` is the left (or right) end of its baseline. What has no glyph is shown as a box, and
  /// control characters as spaces.
  void text(place at, std::string_view what, const pen& with = {}, align side = align::left);
  /// The lines that a text is broken into so that none is wider than this; a word that is too wide alone is
  /// cut. At most `lines_max`: what does not fit ends with "…".
  std::vector<std::string> wrapped(std::string_view what, double width_mm, const pen& with,
                                   std::size_t lines_max);
  /// Those lines below each other; the y of the baseline that would come next.
  double paragraph(place at, std::string_view what, double width_mm, const pen& with, std::size_t lines_max);
  /// The width of a line in millimetres.
  double width_of(std::string_view what, const pen& with);

  void line(place from, place to, double width_points = 0.5, double grey = 0, bool dashed = false);
  /// The code in a square of this side; the quiet zone is outside.
  void qr(place upper_left, double side_mm, const qr_code& code);
  /// "1/3" at the foot of every page, where there are several; after the last page.
  void number_pages();

  /// The file. Refused: internal (a font is missing, or the library gave up), told in the log.
  outcome<std::string> finish();

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Why no PDF can be made on this machine (its fonts are missing), or nothing. For the log at start.
std::string missing_fonts();

} // namespace foyer::papers
