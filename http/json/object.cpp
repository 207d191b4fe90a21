#include "actors/vocabulary/text.hpp"
#include "http/encoding.hpp"
#include "http/json/document.hpp"

#include <algorithm>

namespace foyer::http::json {
namespace {

/// Either the error's code, or nullptr and the value.
template <class Value>
struct taken {
  const char* error = nullptr;
  Value value{};
};

bool is_blank(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return true;
  // Other white space than ASCII's is rare enough to be looked at by ICU.
  return static_cast<unsigned char>(text[first]) >= 0x80 && trimmed(text).empty();
}

taken<std::string_view> take_text(dom::element from, const length& limits) {
  if (!from.is_string()) return {"invalid"};
  const std::string_view text = from.get_string();
  const auto is_line_control = [](char c) { return c == '\n' || c == '\t' || c == '\r'; };
  if (has_control(text)) {
    if (!limits.lines) return {"invalid"};
    std::string without(text);
    std::erase_if(without, is_line_control);
    if (has_control(without)) return {"invalid"};
  }
  const auto points = code_points(text);
  if (limits.min > 0 && is_blank(text)) return {"required"};
  if (points < limits.min) return {"too_short"};
  if (points > limits.max) return {"too_long"};
  return {nullptr, text};
}

taken<std::int64_t> take_integer(dom::element from, const range& limits) {
  if (from.is_uint64() && !from.is_int64()) return {"out_of_range"};
  if (!from.is_int64()) return {"invalid"};
  const std::int64_t number = from.get_int64();
  if (number < limits.min || number > limits.max) return {"out_of_range"};
  return {nullptr, number};
}

taken<bool> take_boolean(dom::element from) {
  if (!from.is_bool()) return {"invalid"};
  return {nullptr, static_cast<bool>(from.get_bool())};
}

/// A text that a parser makes a value of.
template <class Parse>
auto take_parsed(dom::element from, Parse parse)
    -> taken<typename decltype(parse(std::string_view()))::value_type> {
  if (!from.is_string()) return {"invalid"};
  const std::string_view text = from.get_string();
  const auto value = parse(text);
  if (!value) return {"invalid"};
  return {nullptr, *value};
}

taken<std::size_t> take_choice(dom::element from, std::initializer_list<std::string_view> words) {
  if (!from.is_string()) return {"invalid"};
  const std::string_view text = from.get_string();
  const auto at = std::find(words.begin(), words.end(), text);
  if (at == words.end()) return {"invalid"};
  return {nullptr, static_cast<std::size_t>(at - words.begin())};
}

/// The list itself; an empty one when absent. Its size is checked.
std::vector<dom::element> take_list(document& in, std::size_t index, std::string_view name,
                                    const count& limits) {
  std::vector<dom::element> items;
  const auto* sent = in.ask(index, name);
  if (sent == nullptr || sent->is_null()) {
    if (limits.min > 0) in.note(index, name, "required");
    return items;
  }
  if (!sent->is_array()) {
    in.note(index, name, "invalid");
    return items;
  }
  for (const auto item : sent->get_array()) {
    if (items.size() == limits.max) {
      in.note(index, name, "too_long");
      return {};
    }
    items.push_back(item);
  }
  if (items.size() < limits.min) in.note(index, name, items.empty() ? "required" : "too_short");
  return items;
}

/// Asks for a field and takes it; notes what is wrong. nullopt when absent, null or wrong.
template <class Take>
auto get(document* in, std::size_t index, std::string_view name, bool required, Take take)
    -> std::optional<decltype(take(dom::element()).value)> {
  if (in == nullptr) return std::nullopt;
  const auto* sent = in->ask(index, name);
  if (sent == nullptr || sent->is_null()) {
    if (required) in->note(index, name, "required");
    return std::nullopt;
  }
  auto result = take(*sent);
  if (result.error == nullptr) return std::move(result.value);
  in->note(index, name, result.error);
  return std::nullopt;
}

std::optional<std::string> owned(std::optional<std::string_view> text, const length& limits) {
  if (!text) return std::nullopt;
  return limits.tidy ? nfc(trimmed(*text)) : std::string(*text);
}

const object_state::entry* entry_of(const document* in, std::size_t index, std::string_view name) {
  if (in == nullptr) return nullptr;
  const auto& entries = in->objects[index].entries;
  const auto at =
      std::find_if(entries.begin(), entries.end(), [name](const auto& each) { return each.name == name; });
  return at == entries.end() ? nullptr : &*at;
}

} // namespace

bool object::has(std::string_view name) const noexcept {
  return entry_of(document_, index_, name) != nullptr;
}

bool object::is_null(std::string_view name) const noexcept {
  const auto* entry = entry_of(document_, index_, name);
  return entry != nullptr && entry->value.is_null();
}

std::string object::text(std::string_view name, length limits) const {
  const auto take = [&](dom::element from) { return take_text(from, limits); };
  // An empty text is as good as an absent one where that is allowed.
  return owned(get(document_, index_, name, limits.min > 0, take), limits).value_or(std::string());
}

std::optional<std::string> object::optional_text(std::string_view name, length limits) const {
  return owned(
      get(document_, index_, name, false, [&](dom::element from) { return take_text(from, limits); }),
      limits);
}

std::int64_t object::integer(std::string_view name, range limits) const {
  return get(document_, index_, name, true, [&](dom::element from) { return take_integer(from, limits); })
      .value_or(0);
}

std::optional<std::int64_t> object::optional_integer(std::string_view name, range limits) const {
  return get(document_, index_, name, false, [&](dom::element from) { return take_integer(from, limits); });
}

bool object::boolean(std::string_view name) const {
  return get(document_, index_, name, true, take_boolean).value_or(false);
}

std::optional<bool> object::optional_boolean(std::string_view name) const {
  return get(document_, index_, name, false, take_boolean);
}

bool object::boolean_or(std::string_view name, bool otherwise) const {
  return optional_boolean(name).value_or(otherwise);
}

foyer::uuid object::uuid(std::string_view name) const {
  const auto take = [](dom::element from) { return take_parsed(from, foyer::parse_uuid); };
  return get(document_, index_, name, true, take).value_or(foyer::uuid());
}

std::optional<foyer::uuid> object::optional_uuid(std::string_view name) const {
  return get(document_, index_, name, false,
             [](dom::element from) { return take_parsed(from, foyer::parse_uuid); });
}

foyer::date object::date(std::string_view name) const {
  const auto take = [](dom::element from) { return take_parsed(from, parse_date); };
  return get(document_, index_, name, true, take).value_or(foyer::date());
}

std::optional<foyer::date> object::optional_date(std::string_view name) const {
  return get(document_, index_, name, false, [](dom::element from) { return take_parsed(from, parse_date); });
}

time_point object::time(std::string_view name) const {
  const auto take = [](dom::element from) { return take_parsed(from, parse_time); };
  return get(document_, index_, name, true, take).value_or(time_point());
}

std::optional<time_point> object::optional_time(std::string_view name) const {
  return get(document_, index_, name, false, [](dom::element from) { return take_parsed(from, parse_time); });
}

std::size_t object::choice(std::string_view name, std::initializer_list<std::string_view> words) const {
  return get(document_, index_, name, true, [&](dom::element from) { return take_choice(from, words); })
      .value_or(0);
}

std::optional<std::size_t> object::optional_choice(std::string_view name,
                                                   std::initializer_list<std::string_view> words) const {
  return get(document_, index_, name, false, [&](dom::element from) { return take_choice(from, words); });
}

foyer::money object::money(std::string_view name, range limits) const {
  const auto* sent = document_ == nullptr ? nullptr : document_->ask(index_, name);
  if (document_ != nullptr && (sent == nullptr || sent->is_null())) document_->note(index_, name, "required");
  return optional_money(name, limits).value_or(foyer::money());
}

std::optional<foyer::money> object::optional_money(std::string_view name, range limits) const {
  const auto inner = optional_child(name);
  if (!inner) return std::nullopt;
  const auto value = get(document_, inner.index_, "amount", true,
                         [&](dom::element from) { return take_integer(from, limits); });
  const auto unit = get(document_, inner.index_, "currency", true,
                        [](dom::element from) { return take_parsed(from, currency::parse); });
  if (!value || !unit) return std::nullopt;
  return foyer::money{*value, *unit};
}

object object::child(std::string_view name) const {
  const auto inner = optional_child(name);
  if (document_ == nullptr || inner) return inner;
  const auto* entry = entry_of(document_, index_, name);
  if (entry == nullptr || entry->value.is_null()) document_->note(index_, name, "required");
  return {};
}

object object::optional_child(std::string_view name) const {
  const auto* sent = document_ == nullptr ? nullptr : document_->ask(index_, name);
  if (sent == nullptr || sent->is_null()) return {};
  if (!sent->is_object()) {
    document_->note(index_, name, "invalid");
    return {};
  }
  return document_->open(document_->pointer_to(index_, name), sent->get_object());
}

std::vector<object> object::objects(std::string_view name, count limits) const {
  std::vector<object> out;
  if (document_ == nullptr) return out;
  const auto pointer = document_->pointer_to(index_, name);
  for (const auto& item : take_list(*document_, index_, name, limits)) {
    auto at = pointer + "/" + std::to_string(out.size());
    if (item.is_object()) {
      out.push_back(document_->open(std::move(at), item.get_object()));
    } else {
      document_->note(std::move(at), "invalid");
      out.emplace_back();
    }
  }
  return out;
}

std::vector<std::string> object::texts(std::string_view name, count limits, length each) const {
  std::vector<std::string> out;
  if (document_ == nullptr) return out;
  for (const auto& item : take_list(*document_, index_, name, limits)) {
    const auto result = take_text(item, each);
    if (result.error != nullptr) {
      document_->note(document_->pointer_to(index_, name) + "/" + std::to_string(out.size()), result.error);
    }
    out.emplace_back(*owned(result.value, each));
  }
  return out;
}

std::vector<foyer::uuid> object::uuids(std::string_view name, count limits) const {
  std::vector<foyer::uuid> out;
  if (document_ == nullptr) return out;
  for (const auto& item : take_list(*document_, index_, name, limits)) {
    const auto result = take_parsed(item, foyer::parse_uuid);
    if (result.error != nullptr) {
      document_->note(document_->pointer_to(index_, name) + "/" + std::to_string(out.size()), result.error);
    }
    out.push_back(result.value);
  }
  return out;
}

std::map<std::string, std::string> object::text_map(std::string_view name, count limits, length each) const {
  constexpr std::size_t key_max = 64;
  std::map<std::string, std::string> out;
  const auto inner = optional_child(name);
  if (!inner) {
    if (document_ != nullptr && limits.min > 0) document_->note(index_, name, "required");
    return out;
  }
  auto& entries = document_->objects[inner.index_].entries;
  if (entries.size() > limits.max) document_->note(index_, name, "too_long");
  if (entries.size() < limits.min) document_->note(index_, name, "too_short");
  for (auto& entry : entries) {
    entry.asked = true;
    const auto result = take_text(entry.value, each);
    const bool bad_key = entry.name.empty() || code_points(entry.name) > key_max;
    if (bad_key || result.error != nullptr) {
      document_->note(inner.index_, entry.name, bad_key ? "invalid" : result.error);
    } else if (out.size() < limits.max) {
      out.emplace(entry.name, *owned(result.value, each));
    }
  }
  return out;
}

std::string object::raw(std::string_view name) const {
  const auto* sent = document_ == nullptr ? nullptr : document_->ask(index_, name);
  return sent == nullptr ? std::string() : simdjson::minify(*sent);
}

std::vector<std::string_view> object::names() const {
  std::vector<std::string_view> out;
  if (document_ == nullptr) return out;
  for (const auto& entry : document_->objects[index_].entries) out.push_back(entry.name);
  return out;
}

void object::note(std::string_view name, std::string_view code) const {
  if (document_ == nullptr) return;
  document_->ask(index_, name);
  document_->note(index_, name, code);
}

void object::refuse(std::string_view name, std::string_view code) const {
  if (document_ != nullptr && document_->ask(index_, name) != nullptr) document_->note(index_, name, code);
}

} // namespace foyer::http::json
