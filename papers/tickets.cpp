#include "papers/tickets.hpp"

#include "papers/canvas.hpp"

namespace foyer::papers {
namespace {

constexpr std::size_t per_page = 4;
constexpr double ticket_height = page_height / static_cast<double>(per_page);
constexpr double margin = 15;
// Readers manage modules of 0.4 mm; these have more than 1 mm.
constexpr double qr_side = 48;
constexpr double text_width = page_width - 2 * margin - qr_side - 12;

std::string joined(std::string_view first, std::string_view second, std::string_view between) {
  std::string out{first};
  if (!first.empty() && !second.empty()) out += between;
  return out.append(second);
}

void draw(canvas& on, const ticket_sheets& all, const printed_ticket& one, const language& words,
          double top) {
  const double left = margin;
  on.text({left, top + 13}, all.from.name, {.size = 9, .grey = 0.25});
  double y = on.paragraph({left, top + 22}, one.title, text_width, {.size = 15, .face = face::bold}, 2);
  if (one.starts_at)
    y = on.paragraph({left, y + 1}, words.date_time(*one.starts_at), text_width, {.size = 11}, 1);
  y = on.paragraph({left, y + 0.5}, one.location, text_width, {.size = 11}, 1);
  const auto price = words.money(one.price);
  y = on.paragraph({left, y + 2}, joined(one.rate, price, " · "), text_width, {.size = 10}, 1);
  if (!one.holder.empty())
    y = on.paragraph({left, y + 0.5}, one.holder, text_width, {.size = 10, .face = face::bold}, 1);
  auto foot = std::string{words.say("Commande ", "Order ")} + all.order_number;
  if (one.used) foot += words.say(" · déjà utilisé", " · already used");
  on.text({left, top + ticket_height - 11}, foot, {.size = 8, .grey = 0.25});
  const auto address = joined(all.from.legal_name, all.from.legal_address, ", ");
  if (!address.empty()) {
    // The address may have lines; here it is one.
    const auto short_one = on.wrapped(address, text_width, {.size = 7}, 1);
    on.text({left, top + ticket_height - 7}, short_one.front(), {.size = 7, .grey = 0.4});
  }

  const double qr_left = page_width - margin - qr_side;
  on.qr({qr_left, top + 9}, qr_side, make_qr(one.code));
  on.text({page_width - margin, top + ticket_height - 7}, one.code, {.size = 5.5, .grey = 0.4}, align::right);
}

} // namespace

outcome<std::string> render(const ticket_sheets& what) {
  const language words{what.locale, what.from.time_zone, what.from.unit};
  canvas on{what.order_number, words.code()};
  for (std::size_t i = 0; i < what.tickets.size(); ++i) {
    const auto on_page = i % per_page;
    if (on_page == 0) on.new_page();
    const double top = static_cast<double>(on_page) * ticket_height;
    if (on_page > 0) on.line({0, top}, {page_width, top}, 0.5, 0.5, true);
    draw(on, what, what.tickets[i], words, top);
  }
  return on.finish();
}

} // namespace foyer::papers
