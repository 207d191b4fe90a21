#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace foyer::demo {

/// Repeats what was refused as `unavailable`: the database connects while the server starts. That code means
/// that nothing was written, so repeating is safe. `try_once` gives an awaitable outcome<T>; it is not called
/// again once `stop` is set.
template <class T, class Try>
boost::asio::awaitable<outcome<T>> patiently(const bool& stop, Try try_once) {
  using namespace std::chrono_literals;
  constexpr auto pause = 50ms;
  constexpr int tries_max = 600; // half a minute
  for (int n = 1;; ++n) {
    outcome<T> answer = co_await try_once();
    if (answer || answer.error().code != errc::unavailable || n == tries_max || stop) co_return answer;
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer{executor, pause};
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

} // namespace foyer::demo
