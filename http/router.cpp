#include "http/router.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace foyer::http {
namespace {

constexpr std::size_t verb_count = 7;

[[noreturn]] void mistake(std::string_view what, std::string_view pattern) {
  throw std::logic_error(std::string(what) + ": " + std::string(pattern));
}

/// Takes the segment after the leading '/' off the path.
std::string_view take_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

} // namespace

/// One segment of the tree. Fixed words are tried before parameters with an ending, those before the
/// parameter, that before the rest.
struct router::node {
  struct child {
    std::string word;
    std::unique_ptr<node> next;
  };
  std::vector<child> words;
  std::vector<child> endings; // {name}.pdf: the word is ".pdf"
  std::unique_ptr<node> parameter;
  std::unique_ptr<node> rest;
  std::array<const http::route*, verb_count> by_verb{};
  bool is_end = false;

  const node* word(std::string_view segment) const noexcept {
    for (const auto& each : words) {
      if (each.word == segment) return each.next.get();
    }
    return nullptr;
  }

  /// The node for this word among those, made where there is none.
  static node* below(std::vector<child>& among, std::string_view word) {
    auto known = std::find_if(among.begin(), among.end(), [&](const auto& c) { return c.word == word; });
    if (known == among.end()) {
      among.push_back(child{std::string(word), std::make_unique<node>()});
      known = std::prev(among.end());
    }
    return known->next.get();
  }

  /// The end node of the path; captures go to values from position `filled` on.
  const node* find(std::string_view path, std::array<std::string_view, request::parameters_max>& values,
                   std::size_t filled) const noexcept {
    if (path.empty()) return is_end ? this : nullptr;
    auto after = path;
    const auto segment = take_segment(after);
    if (const auto* next = word(segment)) {
      if (const auto* end = next->find(after, values, filled)) return end;
    }
    for (const auto& each : endings) {
      if (segment.size() <= each.word.size() || !segment.ends_with(each.word)) continue;
      values[filled] = segment.substr(0, segment.size() - each.word.size());
      if (const auto* end = each.next->find(after, values, filled + 1)) return end;
    }
    if (parameter && !segment.empty()) {
      values[filled] = segment;
      if (const auto* end = parameter->find(after, values, filled + 1)) return end;
    }
    if (rest && path.size() > 1) {
      values[filled] = path.substr(1);
      return rest.get();
    }
    return nullptr;
  }
};

router::router() : root_(std::make_unique<node>()) {}
router::~router() = default;
router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;

router& router::add(verb method, std::string_view pattern, http::handler run, route_info info) {
  if (!pattern.starts_with('/')) mistake("a pattern begins with '/'", pattern);
  if (!run) mistake("a route needs a handler", pattern);
  // A12: who may do it is declared beside the route, or the program does not start.
  const bool office = pattern.starts_with("/api/v1/") && pattern.find("/staff/") != std::string_view::npos;
  if (office != (info.access == access::staff)) mistake("a route is staff's where its path says so", pattern);
  if (office != (info.roles != roles::none)) mistake("a route of the back office names its roles", pattern);
  auto& added = routes_.emplace_back();
  added.method = method;
  added.pattern = pattern;
  added.handler = std::move(run);
  added.info = info;
  added.index = routes_.size() - 1;

  node* at = root_.get();
  auto path = pattern;
  while (!path.empty()) {
    const auto segment = take_segment(path);
    if (!segment.starts_with('{')) {
      at = node::below(at->words, segment);
      continue;
    }
    const auto close = segment.find('}');
    if (close == std::string_view::npos) mistake("a parameter is {name}, {name}.ending or {name*}", pattern);
    const auto ending = segment.substr(close + 1);
    const bool takes_rest = segment[close - 1] == '*';
    const auto name = segment.substr(1, close - 1 - (takes_rest ? 1 : 0));
    if (name.empty() || (!ending.empty() && (takes_rest || !ending.starts_with('.'))))
      mistake("a parameter is {name}, {name}.ending or {name*}", pattern);
    if (takes_rest && !path.empty()) mistake("{name*} is the last segment", pattern);
    if (added.parameter_names.size() == request::parameters_max) mistake("too many parameters", pattern);
    added.parameter_names.emplace_back(name);
    if (!ending.empty()) {
      at = node::below(at->endings, ending);
      continue;
    }
    auto& next = takes_rest ? at->rest : at->parameter;
    if (!next) next = std::make_unique<node>();
    at = next.get();
  }
  at->is_end = true;
  auto& place = at->by_verb[static_cast<std::size_t>(method)];
  if (place != nullptr) mistake("this method and pattern are there already", pattern);
  place = &added;
  return *this;
}

router::match router::find(request& of) const {
  match out;
  const node* end = of.path.starts_with('/') ? root_->find(of.path, of.parameters, 0) : nullptr;
  if (end == nullptr) return out;
  const auto place = [end](verb method) { return end->by_verb[static_cast<std::size_t>(method)]; };
  out.route = place(of.method);
  if (out.route == nullptr && of.method == verb::head) out.route = place(verb::get);
  if (out.route != nullptr) {
    out.result = outcome::found;
    of.route = out.route;
    return out;
  }
  out.result = outcome::method_not_allowed;
  for (std::size_t i = 0; i < verb_count; ++i) {
    const auto method = static_cast<verb>(i);
    const bool answered = place(method) != nullptr || (method == verb::head && place(verb::get) != nullptr) ||
                          method == verb::options;
    if (!answered) continue;
    if (!out.allow.empty()) out.allow += ", ";
    out.allow += name_of(method);
  }
  return out;
}

const std::deque<route>& router::routes() const noexcept {
  return routes_;
}

void router::set_gate(gate_function gate) {
  gate_ = std::move(gate);
}
const router::gate_function& router::gate() const noexcept {
  return gate_;
}

} // namespace foyer::http
