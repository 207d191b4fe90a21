#include "http/staff/logo_routes.hpp"

#include "actors/vocabulary/encode.hpp"
#include "http/bind.hpp"
#include "http/organisation_json.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

/// As the column's check has it.
constexpr std::size_t logo_max = 65'536;
/// Hexadecimal digits of its hash that name a version.
constexpr std::size_t version_digits = 16;

asio::awaitable<response> save(office_services& with, const staff_request& by, logo_row row) {
  auto to = *by.at;
  const auto hash = sha256(row.bytes);
  to.options.logo = row.bytes.empty() ? std::string{} : in_hex(hash).substr(0, version_digits);
  auto entry = by.audit("settings.logo", "organisation", by.at->id.value);
  entry.before = "{\"logo\":\"" + by.at->options.logo + "\"}";
  entry.after = "{\"logo\":\"" + to.options.logo + "\"}";
  commit rows;
  rows.cold.emplace_back(std::move(row));
  rows.cold.emplace_back(std::move(entry));
  using organisation::snapshot_ptr;
  auto saved = co_await runtime::await_reply<snapshot_ptr>([&](reply<snapshot_ptr> back) {
    with.house.organisations.change(by.at, std::move(to), std::move(rows), std::move(back));
  });
  if (!saved) co_return problem_of(saved.error());
  co_return record_response(200, settings_json(**saved), (*saved)->version);
}

asio::awaitable<response> put_logo(office_services& with, const staff_request& by, request& in) {
  if (in.body.size() > logo_max) co_return problem_of(refusal{errc::invalid, "At most 64 KiB."});
  const auto type = picture_type(in.body);
  if (type.empty()) co_return problem_of(refusal{errc::invalid, "A PNG, JPEG or GIF picture."});
  logo_row row{by.at->id, std::string{type}, in.body};
  co_return co_await save(with, by, std::move(row));
}

asio::awaitable<response> delete_logo(office_services& with, const staff_request& by, request&) {
  logo_row none{by.at->id, "image/png", {}};
  co_return co_await save(with, by, std::move(none));
}

} // namespace

std::string_view picture_type(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
  return {};
}

void add_logo_routes(router& to, office_services& with) {
  const std::string path = "/api/v1/orgs/{org}/staff/settings/logo";
  to.add(verb::put, path, bind_staff<put_logo>(with), staff_route("staff_put_logo", roles::administrator));
  to.add(verb::delete_, path, bind_staff<delete_logo>(with),
         staff_route("staff_delete_logo", roles::administrator));
}

} // namespace foyer::http::staff
