#include "papers/account_paper.hpp"
#include "papers/canvas.hpp"

namespace foyer::papers {
namespace {

constexpr double left = 20;
constexpr double right = page_width - 20;
constexpr double bottom = page_height - 25;
constexpr double row_height = 6;
constexpr pen usual{.size = 9.5};
constexpr pen strong{.size = 9.5, .face = face::bold};
constexpr pen small{.size = 8, .grey = 0.3};

// The right ends of the columns of sums.
constexpr double quantity_column = 125;
constexpr double price_column = 150;
constexpr double vat_column = 167;

/// The page under way: begins another one where a row finds no room.
class sheet {
public:
  sheet(const std::string& title, const language& words) : words_(words), on_(title, words.code()) {
    on_.new_page();
  }

  canvas& on() { return on_; }
  [[nodiscard]] const language& words() const { return words_; }
  double y = 25;

  void make_room(double height) {
    if (y + height <= bottom) return;
    on_.new_page();
    y = 25;
  }
  void text(double x, std::string_view what, const pen& with = usual, align side = align::left) {
    on_.text({x, y}, what, with, side);
  }
  void rule(double grey = 0.6) { on_.line({left, y - 4}, {right, y - 4}, 0.5, grey); }
  /// Each line of a text that has several; at most `lines_max`.
  double block(double x, double from, std::string_view what, double width, const pen& with,
               std::size_t lines_max) {
    for (std::size_t used = 0; !what.empty() && used < lines_max; ++used) {
      const auto end = std::min(what.find('\n'), what.size());
      from = on_.paragraph({x, from}, what.substr(0, end), width, with, lines_max - used);
      what.remove_prefix(std::min(end + 1, what.size()));
    }
    return from;
  }

private:
  const language& words_;
  canvas on_;
};

const char* title_of(paper_kind kind, const language& words) {
  switch (kind) {
  case paper_kind::invoice: return words.say("Facture", "Invoice");
  case paper_kind::credit_note: return words.say("Avoir", "Credit note");
  case paper_kind::receipt: return words.say("Reçu", "Receipt");
  }
  return "";
}

void draw_head(sheet& to, const account_paper& what, const issuer& from) {
  const auto& words = to.words();
  constexpr double half = 80;
  auto y = to.block(left, to.y, from.legal_name.empty() ? from.name : from.legal_name, half,
                    {.size = 11, .face = face::bold}, 2);
  if (!from.legal_name.empty() && from.legal_name != from.name)
    y = to.block(left, y, from.name, half, usual, 2);
  y = to.block(left, y, from.legal_address, half, usual, 5);
  if (!from.vat_number.empty())
    y = to.block(left, y, std::string{words.say("N° de TVA ", "VAT number ")} + from.vat_number, half, small,
                 1);
  auto of_client = to.block(115, to.y + 18, what.client_name, 75, strong, 2);
  of_client = to.block(115, of_client, what.client_address, 75, usual, 5);
  to.y = std::max({y, of_client, to.y + 35}) + 8;

  auto title = std::string{title_of(what.kind, words)};
  if (!what.number.empty()) title += ' ' + what.number;
  to.text(left, title, {.size = 16, .face = face::bold});
  to.y += 7;
  const auto line = [&](const std::string& text) {
    to.y = to.on().paragraph({left, to.y}, text, right - left, usual, 2);
  };
  line(words.date_time(what.at));
  line(std::string{words.say("Commande ", "Order ")} + what.order_number);
  if (!what.other_number.empty())
    line(std::string{what.kind == paper_kind::credit_note ? words.say("Annule en tout ou partie la facture ",
                                                                      "Takes back all or part of invoice ")
                                                          : words.say("Facture ", "Invoice ")} +
         what.other_number);
  if (!what.reason.empty()) line(std::string{words.say("Motif : ", "Reason: ")} + what.reason);
  to.y += 6;
}

void draw_lines(sheet& to, const account_paper& what) {
  const auto& words = to.words();
  const auto headers = [&] {
    to.text(left, words.say("Désignation", "Item"), strong);
    to.text(quantity_column, words.say("Quantité", "Quantity"), strong, align::right);
    to.text(price_column, words.say("Prix TTC", "Price"), strong, align::right);
    to.text(vat_column, words.say("TVA", "VAT"), strong, align::right);
    to.text(right, words.say("Total TTC", "Total"), strong, align::right);
    to.y += row_height;
  };
  to.make_room(3 * row_height);
  headers();
  to.rule(0);
  amount total = 0;
  for (const auto& each : what.lines) {
    const auto title = to.on().wrapped(each.title, 80, usual, 3);
    const auto height = static_cast<double>(title.size() - 1) * 4.4 + row_height;
    const auto before = to.y;
    to.make_room(height);
    if (to.y < before) headers(); // on a new page
    const auto sum = each.unit_price * each.quantity;
    total += sum;
    to.text(quantity_column, std::to_string(each.quantity), usual, align::right);
    to.text(price_column, words.money(each.unit_price), usual, align::right);
    to.text(vat_column, words.percent(each.vat_basis_points), usual, align::right);
    to.text(right, words.money(sum), usual, align::right);
    to.on().paragraph({left, to.y}, each.title, 80, usual, 3);
    to.y += height;
  }
  to.make_room(2 * row_height);
  to.rule(0);
  to.text(price_column, words.say("Total TTC", "Total, VAT included"), strong, align::right);
  to.text(right, words.money(total), strong, align::right);
  to.y += row_height + 4;
}

void draw_vat(sheet& to, const account_paper& what) {
  const auto& words = to.words();
  const auto parts = vat_of(what.lines);
  to.make_room(static_cast<double>(parts.size() + 2) * row_height);
  to.text(left, words.say("Taux de TVA", "VAT rate"), strong);
  to.text(85, words.say("Hors taxes", "Net"), strong, align::right);
  to.text(125, words.say("TVA", "VAT"), strong, align::right);
  to.text(right, words.say("TTC", "Gross"), strong, align::right);
  to.y += row_height;
  to.rule();
  for (const auto& each : parts) {
    to.text(left, words.percent(each.basis_points));
    to.text(85, words.money(each.net()), usual, align::right);
    to.text(125, words.money(each.tax), usual, align::right);
    to.text(right, words.money(each.gross), usual, align::right);
    to.y += row_height;
  }
  to.y += 6;
}

void draw_payments(sheet& to, const account_paper& what) {
  const auto& words = to.words();
  to.make_room(2 * row_height);
  to.text(left,
          what.kind == paper_kind::credit_note ? words.say("Remboursement", "Refund")
                                               : words.say("Paiements", "Payments"),
          strong);
  to.y += row_height;
  to.rule();
  for (const auto& each : what.payments) {
    to.make_room(row_height);
    to.text(left, words.method(each.method));
    to.text(60, words.date_time(each.at), small);
    const auto reference = to.on().wrapped(each.reference, 45, small, 1);
    to.text(122, reference.front(), small);
    to.text(right, words.money(each.sum), usual, align::right);
    to.y += row_height;
  }
  if (what.outstanding > 0) {
    to.make_room(row_height);
    to.text(left, words.say("Reste à payer", "Outstanding"), strong);
    to.text(right, words.money(what.outstanding), strong, align::right);
    to.y += row_height;
  }
}

} // namespace

outcome<std::string> render(const account_paper& what, const issuer& from, const std::string& locale) {
  const language words{locale, from.time_zone, from.unit};
  sheet to{what.number.empty() ? what.order_number : what.number, words};
  draw_head(to, what, from);
  draw_lines(to, what);
  draw_vat(to, what);
  draw_payments(to, what);
  to.on().number_pages();
  return to.on().finish();
}

} // namespace foyer::papers
