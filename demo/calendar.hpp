#pragma once

#include "actors/vocabulary/time.hpp"

#include <string_view>

namespace foyer::demo {

/// A time of the clock in Paris as UTC. GCC 12 has no time zones; the rule of Directive 2000/84/EC (summer
/// time from the last Sunday of March to that of October, changed at 01:00 UTC) stands in for them.
time_point in_paris(std::chrono::sys_days day, std::chrono::minutes of_day);

/// The first such day after `weeks` whole weeks, and after `from` itself: "fri" of week 0 is the next Friday.
/// Days are mon to sun; std::invalid_argument for any other word.
std::chrono::sys_days weekday_after(std::chrono::sys_days from, int weeks, std::string_view day);

/// "20:30"; std::invalid_argument for what is none.
std::chrono::minutes parse_clock(std::string_view text);

/// Somebody's birth date who is `age` years old on `today`. `birthday` is "MM-DD".
date born(int age, std::string_view birthday, std::chrono::sys_days today);

} // namespace foyer::demo
