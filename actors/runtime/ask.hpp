#pragma once

#include "actors/reply.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace foyer::runtime {

/// Waits in a coroutine for what arrives through a `reply<T>`; `start` is called at once with that reply. The
/// coroutine goes on on its own executor, never on the thread of the one who answers. An asker that gave up
/// before (the HTTP deadline) leaves nothing behind: the answer is then thrown away. Let `start` capture by
/// reference, or give it a name first: GCC 12 destroys twice what a lambda written inside a co_await has
/// captured by value, and what stands there in braces.
template <class T, class Start>
boost::asio::awaitable<outcome<T>> await_reply(Start start) {
  namespace asio = boost::asio;
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(outcome<T>)>(
      [](auto handler, Start begin) {
        auto executor = asio::get_associated_executor(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        begin(reply<T>{[shared, executor](outcome<T> answer) mutable {
          asio::post(executor,
                     [shared, value = std::move(answer)]() mutable { (*shared)(std::move(value)); });
        }});
      },
      asio::use_awaitable, std::move(start));
}

/// Sends a command to the entity `key` of a registry (wallets, offers, …) and waits for its answer.
template <class Registry, class Key, class Command>
boost::asio::awaitable<outcome<typename Command::result>> ask_entity(Registry& registry, Key key,
                                                                     Command command) {
  using result = typename Command::result;
  return await_reply<result>([&registry, key, given = std::move(command)](reply<result> back) mutable {
    registry.tell(key, ask<Command>{std::move(given), std::move(back)});
  });
}

} // namespace foyer::runtime
