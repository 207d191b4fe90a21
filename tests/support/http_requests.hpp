#pragma once

#include "http/router.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

namespace foyer::test {

/// A route that anybody may call.
inline http::route_info named(std::string_view operation) {
  http::route_info info;
  info.operation = operation;
  return info;
}

/// Requests as bytes.
inline std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n";
}

inline std::string post(std::string_view target, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// Waits for a condition that another thread brings about.
template <class Condition>
bool eventually(Condition met) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!met()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

} // namespace foyer::test
