#include "http/staff/client_file.hpp"

namespace foyer::http::staff {

namespace asio = boost::asio;

staff_change_row at_file::entry(std::string action, std::string before, std::string after) const {
  auto row = by.audit(std::move(action), "household", of.id.value);
  row.before = std::move(before);
  row.after = std::move(after);
  return row;
}

asio::awaitable<outcome<at_file>> enter_file(client_services& with, const request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return by.error();
  auto of = co_await household_of(with.house, *by, in);
  if (!of) co_return of.error();
  at_file out{std::move(*by), std::move(*of), std::nullopt};
  const auto name = in.parameter("member");
  if (name.empty()) co_return out;
  const auto id = parse_uuid(name);
  if (!id || out.of.find_member(member_id{*id}) == nullptr) co_return errc::not_found;
  out.member = member_id{*id};
  co_return out;
}

std::optional<member_id> read_reassignment(const json::object& form, const at_file& here) {
  const auto id = form.optional_uuid("member_id");
  if (!id) return std::nullopt;
  if (here.of.find_member(member_id{*id}) == nullptr) form.note("member_id", "invalid");
  return member_id{*id};
}

} // namespace foyer::http::staff
