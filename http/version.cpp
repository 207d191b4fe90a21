#include "http/version.hpp"

#include "http/json/reader.hpp"

namespace foyer::http {

outcome<std::optional<std::int64_t>> expected_version(const request& in) {
  const auto sent = in.header("if-match");
  if (!sent || *sent == "*") return std::optional<std::int64_t>{};
  if (sent->size() < 3 || sent->front() != '"' || sent->back() != '"') return errc::version_conflict;
  const auto number = json::parse_integer(sent->substr(1, sent->size() - 2));
  if (!number) return errc::version_conflict;
  return std::optional<std::int64_t>{*number};
}

std::string etag_of(std::int64_t version) {
  return '"' + std::to_string(version) + '"';
}

response record_response(int status, std::string body, std::int64_t version) {
  return json_response(status, std::move(body)).header("ETag", etag_of(version));
}

} // namespace foyer::http
