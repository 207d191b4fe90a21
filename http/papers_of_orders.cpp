#include "http/papers_of_orders.hpp"

#include "actors/runtime/ask.hpp"
#include "http/buyer/order_json.hpp"
#include "http/problem.hpp"

#include <map>
#include <memory>

namespace foyer::http {
namespace {

namespace asio = boost::asio;

// Where a ticket is for, of offers that there still are.
struct shown_offer {
  std::string location;
  std::shared_ptr<const offer::details> what;
};

asio::awaitable<outcome<std::map<offer_id, shown_offer>>> offers_of(house_services& with,
                                                                    const order::state& of) {
  std::map<offer_id, shown_offer> out;
  for (const auto& each : of.tickets) {
    if (out.contains(each.offer)) continue;
    auto view = co_await runtime::ask_entity(with.offers, each.offer, offer::get_view{});
    if (!view && view.error().code != errc::not_found) co_return view.error();
    shown_offer one;
    if (view && view->what) one = {view->what->location, view->what};
    out.emplace(each.offer, std::move(one));
  }
  co_return out;
}

const order::line* line_at(const order::state& of, int position) {
  for (const auto& each : of.lines)
    if (each.position == position) return &each;
  return nullptr;
}

papers::printed_ticket printed(const order::state& of, const order::ticket& one, const shown_offer& where,
                               const std::string& locale, const server_secret& secret) {
  papers::printed_ticket out;
  out.code = secret.ticket_code(one.id, one.offer);
  out.starts_at = one.starts_at;
  out.location = where.location;
  out.holder = one.holder;
  out.used = one.status == order::ticket_status::used;
  const auto* line = line_at(of, one.line_position);
  if (line == nullptr) return out;
  out.title = line->title;
  out.price = line->unit_price;
  // A single rate is the offer itself, and says nothing by its name.
  if (where.what && where.what->rates.size() > 1)
    if (const auto* rate = where.what->find_rate(line->rate)) out.rate = rate->name.in(locale);
  return out;
}

} // namespace

asio::awaitable<response> pdf_response(paper_services& with, papers::job what, std::string file_name) {
  auto made = co_await runtime::await_reply<std::string>(
      [&](reply<std::string> back) { with.pool.make(std::move(what), std::move(back)); });
  if (!made) co_return problem_of(made.error());
  response out(200, "application/pdf", std::move(*made));
  out.header("Content-Disposition", "inline; filename=\"" + file_name + '"');
  co_return out;
}

asio::awaitable<response> tickets_pdf(paper_services& with, const organisation::snapshot& at,
                                      const order::state& of, std::optional<ticket_id> only,
                                      std::string locale) {
  const auto offers = co_await offers_of(with.house, of);
  if (!offers) co_return problem_of(offers.error());
  papers::ticket_sheets sheets;
  sheets.from = papers::issuer_of(at);
  sheets.locale = locale;
  sheets.order_number = of.number;
  for (const auto& each : of.tickets) {
    if (each.status == order::ticket_status::cancelled || (only && each.id != *only)) continue;
    sheets.tickets.push_back(printed(of, each, offers->at(each.offer), locale, with.house.secret));
  }
  if (sheets.tickets.empty()) co_return not_found();
  auto name = of.number + ".pdf";
  papers::job make = [sheets = std::move(sheets)] { return papers::render(sheets); };
  co_return co_await pdf_response(with, std::move(make), std::move(name));
}

} // namespace foyer::http
