#include "http/request.hpp"

#include "http/encoding.hpp"
#include "http/router.hpp"

#include <algorithm>

namespace foyer::http {
namespace {

constexpr std::array<std::string_view, 7> verb_names{"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};

/// Calls visit(name, value), both still encoded, for each parameter until it returns true.
template <class Visit>
void each_parameter(std::string_view query, Visit visit) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    if (visit(pair.substr(0, equals), value)) return;
  }
}

std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_percent_decoded(out, text, true); // the guard saw that it is well formed
  return out;
}

} // namespace

std::string_view name_of(verb method) noexcept {
  return verb_names[static_cast<std::size_t>(method)];
}

std::optional<verb> verb_of(std::string_view method_name) noexcept {
  for (std::size_t i = 0; i < verb_names.size(); ++i) {
    if (verb_names[i] == method_name) return static_cast<verb>(i);
  }
  return std::nullopt;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

std::optional<std::string_view> request::header(std::string_view name) const noexcept {
  for (const auto& each : fields) {
    if (equal_ignoring_case(each.name, name)) return each.value;
  }
  return std::nullopt;
}

std::size_t request::count(std::string_view name) const noexcept {
  const auto same = [name](const field& each) { return equal_ignoring_case(each.name, name); };
  return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), same));
}

std::optional<std::string_view> request::cookie(std::string_view name) const noexcept {
  for (const auto& each : fields) {
    if (!equal_ignoring_case(each.name, "cookie")) continue;
    auto rest = each.value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(';'), rest.size());
      auto pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
      if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name)) {
        return pair.substr(name.size() + 1);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> request::query(std::string_view name) const {
  std::optional<std::string> found;
  each_parameter(raw_query, [&](std::string_view key, std::string_view value) {
    if (key != name && decoded(key) != name) return false;
    found = decoded(value);
    return true;
  });
  return found;
}

std::vector<std::pair<std::string, std::string>> request::query_pairs() const {
  std::vector<std::pair<std::string, std::string>> all;
  each_parameter(raw_query, [&](std::string_view key, std::string_view value) {
    all.emplace_back(decoded(key), decoded(value));
    return false;
  });
  return all;
}

std::string_view request::parameter(std::string_view name) const noexcept {
  if (route == nullptr) return {};
  const auto& names = route->parameter_names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return parameters[i];
  }
  return {};
}

std::optional<std::string_view> request::bearer() const noexcept {
  constexpr std::string_view scheme = "Bearer ";
  const auto value = header("authorization");
  if (!value || value->size() <= scheme.size()) return std::nullopt;
  if (!equal_ignoring_case(value->substr(0, scheme.size()), scheme)) return std::nullopt;
  return value->substr(scheme.size());
}

void request::clear() noexcept {
  method = verb::get;
  target = path = raw_query = host = request_id = {};
  fields.clear();
  // A large body's memory is not kept for the small ones that follow.
  constexpr std::size_t kept_capacity = 64 * 1024;
  if (body.capacity() > kept_capacity) body = std::string();
  body.clear();
  route = nullptr;
  caller.reset();
  head_bytes.clear();
  decoded_path.clear();
  secure = false;
}

} // namespace foyer::http
