#pragma once

#include "http/client_services.hpp"
#include "http/json/reader.hpp"
#include "http/staff/staff_request.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace foyer::http::staff {

/// A request about the file of a client (H8): the household, and the member where the path names one.
struct at_file {
  staff_request by;
  household::state of;
  std::optional<member_id> member;

  /// P2: an entry about the household, with what a record was and is; "" for none.
  [[nodiscard]] staff_change_row entry(std::string action, std::string before, std::string after) const;
};

/// Refused: not_found.
boost::asio::awaitable<outcome<at_file>> enter_file(client_services& with, const request& in);

template <auto Handle>
boost::asio::awaitable<response> enter_at_file(client_services& with, request& in) {
  const auto here = co_await enter_file(with, in);
  if (!here) co_return problem_of(here.error());
  co_return co_await Handle(with, *here, in);
}
/// A handler of a free coroutine `awaitable<response> f(client_services&, const at_file&, request&)`.
template <auto Handle>
handler bind_file(client_services& with) {
  return bind<enter_at_file<Handle>>(with);
}

/// Writes what a record is now, or that it goes, with its entry of the audit log; then answers.
template <class Row>
boost::asio::awaitable<response> save_record(client_services& with, Row row, staff_change_row entry,
                                             response then) {
  commit rows;
  rows.cold.emplace_back(std::move(row));
  rows.cold.emplace_back(std::move(entry));
  const auto written = co_await write_client_rows(with, std::move(rows));
  if (!written) co_return problem_of(written.error());
  co_return then;
}

/// The records of a household, `list` being one of the port's lists.
template <class Row>
boost::asio::awaitable<outcome<std::vector<Row>>>
read_file(client_services& with, const household::state& of,
          void (household::files::*list)(const organisation_id&, const household_id&,
                                         std::function<void(outcome<std::vector<Row>>)>)) {
  co_return co_await runtime::await_reply<std::vector<Row>>(
      [&](reply<std::vector<Row>> back) { (with.files.*list)(of.organisation, of.id, std::move(back)); });
}

/// Leaves the records of the path's member, where it names one.
template <class Row>
void keep_of_member(std::vector<Row>& list, const at_file& here) {
  if (here.member) std::erase_if(list, [&](const Row& each) { return each.member != here.member; });
}

/// The record with this id in the list, of the path's member; null when it is not there.
template <class Row>
const Row* find_in_file(const std::vector<Row>& list, std::string_view id, const at_file& here) {
  const auto wanted = parse_uuid(id);
  for (const auto& each : list)
    if (wanted && each.id == *wanted && (!here.member || each.member == *here.member)) return &each;
  return nullptr;
}

/// `member_id` of a body, another member of the same household to reassign a record to; notes what is none.
std::optional<member_id> read_reassignment(const json::object& form, const at_file& here);

} // namespace foyer::http::staff
