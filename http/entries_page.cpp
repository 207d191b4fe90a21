#include "http/entries_page.hpp"

#include "actors/runtime/ask.hpp"
#include "http/household_json.hpp"
#include "http/list_json.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"

namespace foyer::http {

boost::asio::awaitable<response> entries_page(house_services& with, const request& in, organisation_id at,
                                              household_id whose, currency unit, bool for_staff) {
  const auto page = paging_of<std::int64_t>(in);
  if (!page) co_return problem_of(page.error());
  const auto before = page->after.value_or(0); // 0: the newest
  auto found = co_await runtime::await_reply<wallet::ledger_page>([&](reply<wallet::ledger_page> back) {
    with.ledger.list_entries(at, whose, before, page->limit, std::move(back));
  });
  if (!found) co_return problem_of(found.error());
  const auto& all = found->entries;
  const auto append = [&](json::writer& out, const wallet::entry& each) {
    append_entry(out, each, unit, for_staff);
  };
  co_return json_response(200, list_json(all, append, next_cursor(found->more, all, &wallet::entry::seq)));
}

} // namespace foyer::http
