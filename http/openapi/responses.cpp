#include "actors/vocabulary/errc.hpp"
#include "http/openapi/operation.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace foyer::http::openapi {
namespace {

using problems = std::map<int, std::vector<std::string_view>>;

std::optional<int> status_of_code(std::string_view code) {
  constexpr errc all[] = {
#define FOYER_ERRC_ITEM(name) errc::name,
      FOYER_ERRC(FOYER_ERRC_ITEM)
#undef FOYER_ERRC_ITEM
  };
  for (const auto each : all)
    if (to_string(each) == code) return status_of(each);
  // What only the server itself says.
  if (code == "body_too_large") return 413;
  if (code == "unsupported_media_type") return 415;
  return std::nullopt;
}

/// What may be refused of this route whatever its handler does.
std::vector<std::string_view> declared_codes(const route& of, dom::object entry) {
  const auto& info = of.info;
  std::vector<std::string_view> codes{"unavailable"};
  const auto add = [&](std::initializer_list<std::string_view> more) { codes.insert(codes.end(), more); };
  if (info.access != access::anybody) add({"not_authenticated"});
  if (info.access == access::login) add({"login_required"});
  if (info.access == access::staff) add({"forbidden", "not_found"});
  if (changes_something(of.method) && !info.cross_site) add({"csrf_required"});
  if (!of.parameter_names.empty()) add({"not_found"});
  if (info.idempotent)
    add({"idempotency_key_required", "malformed", "idempotency_in_progress", "idempotency_key_reused"});
  if (!text(entry, "request").empty() || !text(entry, "request_type").empty())
    add({"malformed", "body_too_large", "unsupported_media_type", "invalid"});
  if (flag(entry, "if_match")) add({"version_conflict"});
  return codes;
}

problems problems_of(const route& of, dom::object entry, const complain& wrong) {
  problems out;
  auto codes = declared_codes(of, entry);
  dom::array more;
  if (entry["problems"].get(more) == simdjson::SUCCESS)
    for (const auto each : more) codes.push_back(each.get_string().value());
  for (const auto code : codes) {
    const auto status = status_of_code(code);
    if (!status) {
      wrong("unknown problem code " + std::string{code});
      continue;
    }
    auto& known = out[*status];
    if (std::find(known.begin(), known.end(), code) == known.end()) known.push_back(code);
  }
  return out;
}

void append_header(json::writer& out, std::string_view name, std::string_view component) {
  out.key(name)
      .begin_object()
      .field("$ref", std::string{"#/components/headers/"}.append(component))
      .end_object();
}

void append_problem(json::writer& out, int status, const std::vector<std::string_view>& codes) {
  std::string said;
  for (const auto code : codes) said.append(said.empty() ? "`" : ", `").append(code).append("`");
  out.begin_object().field("description", said);
  if (status == 429 || status == 503) {
    out.key("headers").begin_object();
    append_header(out, "Retry-After", "retry_after");
    out.end_object();
  }
  out.key("content")
      .begin_object()
      .key("application/problem+json")
      .begin_object()
      .key("schema")
      .begin_object();
  out.key("allOf").begin_array().begin_object().field("$ref", "#/components/schemas/problem").end_object();
  out.begin_object().key("properties").begin_object().key("code").begin_object().key("enum").begin_array();
  for (const auto code : codes) out.value(code);
  out.end_array().end_object().end_object().end_object().end_array();
  out.end_object().end_object().end_object().end_object();
}

/// A response that the entry names by its schema alone.
void append_named(json::writer& out, int status, std::string_view schema, const route& of,
                  dom::object entry) {
  out.begin_object().field("description", reason_of(status));
  const bool etag = flag(entry, "etag") && !schema.empty();
  if (etag || of.info.idempotent) {
    out.key("headers").begin_object();
    if (etag) append_header(out, "ETag", "etag");
    if (of.info.idempotent) append_header(out, "Idempotency-Replayed", "idempotency_replayed");
    out.end_object();
  }
  if (!schema.empty()) {
    out.key("content").begin_object().key("application/json").begin_object().key("schema").begin_object();
    out.field("$ref", std::string{"#/components/schemas/"}.append(schema));
    out.end_object().end_object().end_object();
  }
  out.end_object();
}

} // namespace

void append_responses(json::writer& out, const route& of, dom::object entry, const complain& wrong) {
  auto refused = problems_of(of, entry, wrong);
  out.begin_object();
  dom::object told;
  if (entry["responses"].get(told) != simdjson::SUCCESS) wrong("no responses");
  for (const auto& [status, what] : told) {
    const int number = std::stoi(std::string{status});
    refused.erase(number); // said in full by hand
    out.key(status);
    if (what.is_string())
      append_named(out, number, what.get_string().value(), of, entry);
    else
      out.raw(simdjson::minify(what));
  }
  for (const auto& [status, codes] : refused) {
    out.key(std::to_string(status));
    append_problem(out, status, codes);
  }
  out.key("default").begin_object().field("$ref", "#/components/responses/server").end_object();
  out.end_object();
}

} // namespace foyer::http::openapi
