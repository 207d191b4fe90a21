#include "http/openapi/operation.hpp"

namespace foyer::http::openapi {
namespace {

struct named_role {
  std::uint8_t bit;
  std::string_view name;
};
constexpr named_role role_names[] = {{roles::administrator, "administrator"},
                                     {roles::box_office, "box_office"},
                                     {roles::editor, "editor"},
                                     {roles::auditor, "auditor"}};

std::string_view name_of(access who) noexcept {
  switch (who) {
  case access::anybody: return "anybody";
  case access::session: return "session";
  case access::login: return "login";
  case access::staff: return "staff";
  }
  return "anybody";
}

void append_parameter(json::writer& out, std::string_view name) {
  out.begin_object().field("$ref", std::string{"#/components/parameters/"}.append(name)).end_object();
}

void append_parameters(json::writer& out, const route& of, dom::object entry) {
  out.key("parameters").begin_array();
  for (const auto& name : of.parameter_names) append_parameter(out, "path_" + name);
  dom::array query;
  if (entry["query"].get(query) == simdjson::SUCCESS) {
    for (const auto each : query) {
      if (each.is_string())
        append_parameter(out, each.get_string().value());
      else
        out.raw(simdjson::minify(each));
    }
  }
  if (of.info.idempotent) append_parameter(out, "idempotency_key");
  if (flag(entry, "if_match")) append_parameter(out, "if_match");
  out.end_array();
}

/// A body that is no JSON: `request_type` names its media type.
void append_file_body(json::writer& out, std::string_view type) {
  out.key("requestBody").begin_object().field("required", true).key("content").begin_object();
  out.key(type).begin_object().key("schema").begin_object().field("type", "string").end_object();
  out.end_object().end_object().end_object();
}

void append_body(json::writer& out, dom::object entry) {
  if (const auto type = text(entry, "request_type"); !type.empty()) return append_file_body(out, type);
  const auto schema = text(entry, "request");
  if (schema.empty()) return;
  out.key("requestBody").begin_object().field("required", !flag(entry, "request_optional"));
  out.key("content").begin_object().key("application/json").begin_object().key("schema").begin_object();
  out.field("$ref", std::string{"#/components/schemas/"}.append(schema));
  out.end_object().end_object().end_object().end_object();
}

/// A session by bearer token, or by cookie with its value against forged requests; none where nobody needs
/// one.
void append_security(json::writer& out, const route& of) {
  out.key("security").begin_array();
  if (of.info.group != "operations") {
    const auto none = [&](std::string_view scheme) { out.key(scheme).begin_array().end_array(); };
    if (of.info.access == access::anybody) out.begin_object().end_object();
    out.begin_object();
    none("bearer");
    out.end_object().begin_object();
    none("cookie");
    if (changes_something(of.method) && !of.info.cross_site) none("csrf");
    out.end_object();
  }
  out.end_array();
}

void append_access(json::writer& out, const route& of, const surroundings& with) {
  out.field("x-access", name_of(of.info.access));
  if (of.info.access == access::staff) {
    const auto allowed = static_cast<std::uint8_t>(of.info.roles | roles::administrator);
    out.key("x-roles").begin_array();
    for (const auto& each : role_names)
      if ((allowed & each.bit) != 0) out.value(each.name);
    out.end_array();
  }
  out.field("x-body-bytes-max", of.info.body_max > 0 ? of.info.body_max : with.body_max);
}

} // namespace

bool flag(dom::object entry, std::string_view name) {
  bool value = false;
  return entry[name].get(value) == simdjson::SUCCESS && value;
}

std::string_view text(dom::object entry, std::string_view name) {
  std::string_view value;
  return entry[name].get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

std::string_view method_name(verb method) noexcept {
  switch (method) {
  case verb::get: return "get";
  case verb::head: return "head";
  case verb::post: return "post";
  case verb::put: return "put";
  case verb::patch: return "patch";
  case verb::delete_: return "delete";
  case verb::options: return "options";
  }
  return "get";
}

bool changes_something(verb method) noexcept {
  return method != verb::get && method != verb::head && method != verb::options;
}

void append_operation(json::writer& out, const route& of, dom::object entry, const surroundings& with,
                      const complain& wrong) {
  out.begin_object().field("operationId", of.info.operation);
  for (const auto* name : {"summary", "description", "tags"}) {
    dom::element value;
    if (entry[name].get(value) == simdjson::SUCCESS)
      out.key(name).raw(simdjson::minify(value));
    else if (name != std::string_view{"description"})
      wrong(std::string{"no "} + name);
  }
  append_access(out, of, with);
  append_security(out, of);
  append_parameters(out, of, entry);
  append_body(out, entry);
  out.key("responses");
  append_responses(out, of, entry, wrong);
  out.end_object();
}

} // namespace foyer::http::openapi
