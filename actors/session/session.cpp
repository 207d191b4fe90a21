#include "actors/session/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace foyer::session {
namespace {

using word = std::pair<std::string_view, std::string_view>;

// The first that is found counts: browsers name those they descend from as well.
constexpr std::array<word, 10> browsers{{{"Edg", "Edge"},
                                         {"OPR/", "Opera"},
                                         {"SamsungBrowser", "Samsung Internet"},
                                         {"Firefox", "Firefox"},
                                         {"FxiOS", "Firefox"},
                                         {"CriOS", "Chrome"},
                                         {"Chromium", "Chromium"},
                                         {"Chrome", "Chrome"},
                                         {"Safari", "Safari"},
                                         {"curl", "curl"}}};
constexpr std::array<word, 7> systems{{{"iPhone", "iPhone"},
                                       {"iPad", "iPad"},
                                       {"Android", "Android"},
                                       {"Windows", "Windows"},
                                       {"CrOS", "ChromeOS"},
                                       {"Mac OS", "macOS"},
                                       {"Linux", "Linux"}}};

std::string_view first_of(std::string_view text, const auto& words) {
  for (const auto& [token, name] : words)
    if (text.find(token) != std::string_view::npos) return name;
  return {};
}

} // namespace

time_point end_of(time_point opened, bool remembered, bool staff, const limits& with) noexcept {
  if (staff) return opened + with.staff_absolute;
  return opened + (remembered ? with.remembered : with.buyer_absolute);
}

bool lives(const record& of, time_point last_used, time_point now, const limits& with) noexcept {
  if (now >= of.expires_at) return false;
  if (of.staff()) return now < of.created_at + with.staff_absolute && now - last_used < with.staff_idle;
  return of.remembered || now - last_used < with.buyer_idle;
}

bool password_is_fresh(const record& of, time_point now, const limits& with) noexcept {
  return now - of.password_at < with.password_asked_after;
}

duration touch_interval(const record& of, const limits& with) noexcept {
  const auto idle = of.staff() ? with.staff_idle : with.buyer_idle;
  return std::min<duration>(std::chrono::minutes{1}, idle / 4);
}

std::string device_of(std::string_view user_agent) {
  constexpr std::size_t unknown_max = 80;
  const auto browser = first_of(user_agent, browsers);
  const auto system = first_of(user_agent, systems);
  std::string out{browser};
  if (!browser.empty() && !system.empty()) out += ", ";
  out += system;
  if (!out.empty()) return out;
  // An app of its own: its first word, plain characters only.
  for (const char c : user_agent.substr(0, unknown_max)) {
    if (c == ' ') break;
    if (c > ' ' && c < 0x7f) out += c;
  }
  return out;
}

} // namespace foyer::session
