#include "http/openapi/document.hpp"

#include "actors/vocabulary/secret.hpp"
#include "http/openapi/operation.hpp"

#include <spdlog/spdlog.h>

#include <list>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace foyer::http::openapi {

/// The JSON files of this folder (foyer_embed).
std::vector<std::pair<std::string_view, std::string_view>> files();

namespace {

/// Browsers and tools ask again after that, by its ETag.
constexpr std::string_view caching = "public, max-age=300";

/// The files, parsed. Elements are good as long as this.
class sources {
public:
  explicit sources(const complain& wrong) {
    for (const auto& [name, content] : files()) {
      dom::object root;
      if (parsers_.emplace_back().parse(content.data(), content.size()).get(root) != simdjson::SUCCESS) {
        wrong(std::string{name} + " is not a JSON object");
        continue;
      }
      if (name == "info.json")
        info = root;
      else if (name.ends_with("schemas.json") || name.ends_with("bodies.json"))
        schemas.push_back(root);
      else
        for (const auto& [operation, what] : root)
          if (!entries.emplace(operation, what.get_object().value()).second)
            wrong(std::string{operation} + ": two entries");
    }
  }

  dom::object info;
  std::vector<dom::object> schemas;
  std::map<std::string_view, dom::object> entries;

private:
  std::list<dom::parser> parsers_;
};

void append_fields(json::writer& out, dom::object from) {
  for (const auto& [name, value] : from) out.key(name).raw(simdjson::minify(value));
}

void append_head(json::writer& out, const sources& from, const surroundings& with) {
  out.field("openapi", "3.1.0").key("info").begin_object();
  append_fields(out, from.info["info"].get_object().value());
  out.field("version", with.version).end_object();
  for (const auto* name : {"servers", "tags"}) out.key(name).raw(simdjson::minify(from.info[name].value()));
}

/// A pattern as OpenAPI has it: {path*} is a parameter like others there.
std::string path_of(const std::string& pattern) {
  std::string out;
  for (const char c : pattern)
    if (c != '*') out += c;
  return out;
}

void append_paths(json::writer& out, const std::deque<route>& routes, const sources& from,
                  const surroundings& with, const complain& wrong) {
  std::map<std::string, std::vector<const route*>> by_path;
  std::set<std::string_view> described;
  for (const auto& each : routes) {
    if (from.entries.find(each.info.operation) == from.entries.end())
      wrong(std::string{each.info.operation} + ": the route has no entry");
    else
      by_path[path_of(each.pattern)].push_back(&each);
    if (!described.insert(each.info.operation).second)
      wrong(std::string{each.info.operation} + ": two routes");
  }
  for (const auto& [operation, entry] : from.entries)
    if (described.find(operation) == described.end() && !flag(entry, "conditional"))
      wrong(std::string{operation} + ": the entry has no route");
  out.key("paths").begin_object();
  for (const auto& [path, all] : by_path) {
    out.key(path).begin_object();
    for (const auto* each : all) {
      const auto wrong_here = [&](const std::string& what) {
        wrong(std::string{each->info.operation} + ": " + what);
      };
      out.key(method_name(each->method));
      append_operation(out, *each, from.entries.at(each->info.operation), with, wrong_here);
    }
    out.end_object();
  }
  out.end_object();
}

void append_security_schemes(json::writer& out, const surroundings& with) {
  out.key("securitySchemes").begin_object();
  out.key("bearer").begin_object().field("type", "http").field("scheme", "bearer");
  out.field("description", "The token that opening a session with `mode` `token` answers.").end_object();
  out.key("cookie")
      .begin_object()
      .field("type", "apiKey")
      .field("in", "cookie")
      .field("name", with.session_cookie);
  out.field("description", "Set by opening a session; for browsers.").end_object();
  out.key("csrf").begin_object().field("type", "apiKey").field("in", "header").field("name", "X-Foyer-CSRF");
  out.field("description", "`csrf` of GET /api/v1/session; with the cookie only.").end_object();
  out.end_object();
}

void append_components(json::writer& out, const sources& from, const surroundings& with) {
  out.key("components").begin_object();
  for (const auto* name : {"parameters", "headers", "responses"})
    out.key(name).raw(simdjson::minify(from.info[name].value()));
  append_security_schemes(out, with);
  out.key("schemas").begin_object();
  for (const auto& each : from.schemas) append_fields(out, each);
  out.end_object().end_object();
}

response answer(const request& in, const std::string& text, const std::string& tag) {
  const auto known = in.header("if-none-match");
  const bool unchanged = known && (known->find(tag) != std::string_view::npos || *known == "*");
  auto out = unchanged ? response(304, {}, {}) : json_response(200, text);
  out.header("ETag", tag).header("Cache-Control", caching);
  return out;
}

} // namespace

description describe(const std::deque<route>& routes, const surroundings& with) {
  description made;
  const complain wrong = [&](std::string what) { made.mistakes.push_back(std::move(what)); };
  try {
    const sources from(wrong);
    json::writer out(made.text);
    out.begin_object();
    append_head(out, from, with);
    append_paths(out, routes, from, with, wrong);
    append_components(out, from, with);
    out.end_object();
  } catch (const std::exception& error) { // a file without one of its parts
    wrong(error.what());
  }
  return made;
}

void add_route(router& to, const surroundings& with) {
  const auto text = std::make_shared<std::string>();
  const auto tag = std::make_shared<std::string>();
  to.add(verb::get, "/api/openapi.json",
         [text, tag](request& in) -> boost::asio::awaitable<response> { co_return answer(in, *text, *tag); },
         {.operation = "openapi", .group = "operations"});
  auto made = describe(to.routes(), with);
  for (const auto& each : made.mistakes) spdlog::error("openapi: {}", each);
  *tag = '"' + base64url(sha256(made.text)).substr(0, 22) + '"';
  *text = std::move(made.text);
}

} // namespace foyer::http::openapi
