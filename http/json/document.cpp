#include "http/json/document.hpp"

#include "http/request.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <set>

namespace foyer::http::json {
namespace {

std::atomic<std::size_t> depth_max{32};
/// Reports of more bad fields than a person reads only fill the answer.
constexpr std::size_t errors_max = 50;
/// Parsers with more memory than this are not kept for the next body.
constexpr std::size_t kept_parser_capacity = 128 * 1024;
constexpr std::size_t kept_parsers = 16;

/// A parser's buffers are worth keeping. A stack and not one parser, because a handler may hold its reader
/// while it waits and the thread reads another body.
std::vector<std::unique_ptr<dom::parser>>& spare_parsers() {
  thread_local std::vector<std::unique_ptr<dom::parser>> spare;
  return spare;
}

std::unique_ptr<dom::parser> take_parser() {
  auto& spare = spare_parsers();
  if (spare.empty()) return std::make_unique<dom::parser>();
  auto parser = std::move(spare.back());
  spare.pop_back();
  return parser;
}

void append_pointer(std::string& out, std::string_view name) {
  out += '/';
  for (const char c : name) { // RFC 6901
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
}

problem malformed(std::string_view detail) {
  return bad_request("malformed", detail);
}

/// Keys that stand in an object twice, anywhere in a value: what nobody looks into is checked as well, since
/// it may be kept and read by somebody who takes the other one.
bool has_duplicate(dom::element value) {
  if (value.is_array()) {
    const dom::array items = value.get_array();
    return std::any_of(items.begin(), items.end(), [](dom::element item) { return has_duplicate(item); });
  }
  if (!value.is_object()) return false;
  const dom::object members = value.get_object();
  constexpr std::size_t few = 12;
  std::array<std::string_view, few> seen;
  std::set<std::string_view> many;
  std::size_t count = 0;
  for (const auto member : members) {
    if (count < few) {
      if (std::find(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(count), member.key) !=
          seen.begin() + static_cast<std::ptrdiff_t>(count)) {
        return true;
      }
      seen[count] = member.key;
    } else {
      if (count == few) many.insert(seen.begin(), seen.end());
      if (!many.insert(member.key).second) return true;
    }
    ++count;
    if (has_duplicate(member.value)) return true;
  }
  return false;
}

} // namespace

document::document(std::string_view body) : parser(take_parser()) {
  // simdjson counts the scalars of the innermost level as a level of their own.
  const std::size_t depth = depth_max.load(std::memory_order_relaxed) + 1;
  if (parser->capacity() < body.size() || parser->max_depth() != depth) {
    if (parser->allocate(std::max<std::size_t>(body.size(), 4096), depth) != simdjson::SUCCESS) {
      failure = unavailable();
      return;
    }
  }
  // An empty view may have no address, from which simdjson must not copy.
  if (body.empty()) {
    failure = malformed("The body is not JSON.");
    return;
  }
  dom::element root;
  switch (parser->parse(body.data(), body.size()).get(root)) {
  case simdjson::SUCCESS: break;
  case simdjson::DEPTH_ERROR: failure = malformed("The body is nested too deeply."); return;
  default: failure = malformed("The body is not JSON."); return;
  }
  if (!root.is_object()) {
    failure = malformed("The body is not a JSON object.");
    return;
  }
  if (has_duplicate(root)) {
    failure = malformed("A field stands in an object twice.");
    return;
  }
  open({}, root.get_object());
}

document::~document() {
  auto& spare = spare_parsers();
  if (spare.size() < kept_parsers && parser->capacity() <= kept_parser_capacity)
    spare.push_back(std::move(parser));
}

object document::open(std::string pointer, dom::object members) {
  auto& state = objects.emplace_back();
  state.pointer = std::move(pointer);
  for (const auto member : members) state.entries.push_back({member.key, member.value});
  return {this, objects.size() - 1};
}

const dom::element* document::ask(std::size_t object_index, std::string_view name) {
  for (auto& each : objects[object_index].entries) {
    if (each.name != name) continue;
    each.asked = true;
    return &each.value;
  }
  return nullptr;
}

std::string document::pointer_to(std::size_t object_index, std::string_view name) const {
  std::string pointer = objects[object_index].pointer;
  append_pointer(pointer, name);
  return pointer;
}

void document::note(std::size_t object_index, std::string_view name, std::string_view code) {
  note(pointer_to(object_index, name), code);
}

void document::note(std::string pointer, std::string_view code) {
  if (errors.size() < errors_max) errors.push_back({std::move(pointer), std::string(code)});
}

void document::note_unknown_fields() {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    for (auto& each : objects[i].entries) {
      if (each.asked) continue;
      each.asked = true;
      note(i, each.name, "unknown_field");
    }
  }
}

void set_depth_max(std::size_t depth) noexcept {
  depth_max.store(depth, std::memory_order_relaxed);
}

reader::reader(std::string_view body) : document_(std::make_unique<document>(body)) {
  if (!document_->failure) root_ = object(document_.get(), 0);
}

reader::reader(const request& of) : reader(std::string_view(of.body)) {
  const auto type = of.header("content-type").value_or("");
  const auto media = type.substr(0, type.find_first_of("; \t"));
  if (equal_ignoring_case(media, "application/json")) return;
  problem answer;
  answer.status = 415;
  answer.code = "unsupported_media_type";
  answer.detail = "The body has to be application/json.";
  document_->failure = std::move(answer);
  root_ = object();
}

reader::~reader() = default;

std::optional<problem> reader::finish() {
  if (document_->failure) return document_->failure;
  document_->note_unknown_fields();
  if (document_->errors.empty()) return std::nullopt;
  return invalid(std::move(document_->errors));
}

} // namespace foyer::http::json
