#include "http/entries_page.hpp"

#include "actors/runtime/ask.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"

namespace foyer::http {

boost::asio::awaitable<response> entries_page(house_services& with, const request& in, household_id whose,
                                              currency unit, bool for_staff) {
  const auto page = paging_of(in);
  if (!page) co_return problem_of(page.error());
  std::int64_t before = 0; // the newest
  if (!page->cursor.empty()) {
    const auto number = json::parse_integer(page->cursor);
    if (!number || *number < 1) co_return problem_of(bad_cursor());
    before = *number;
  }
  auto found = co_await runtime::await_reply<wallet::ledger_page>([&](reply<wallet::ledger_page> back) {
    with.ledger.list_entries(whose, before, page->limit, std::move(back));
  });
  if (!found) co_return problem_of(found.error());
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : found->entries) append_entry(out, each, unit, for_staff);
  out.end_array().key("next_cursor");
  if (found->more)
    out.value(std::to_string(found->entries.back().seq));
  else
    out.null();
  out.end_object();
  co_return json_response(200, std::move(body));
}

} // namespace foyer::http
