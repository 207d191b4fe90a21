#pragma once

#include "actors/organisation/organisations.hpp"
#include "actors/runtime/ask.hpp"
#include "http/request.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::http {

/// The organisation that a path's {org} names: from memory, or read once. not_found when there is none.
inline boost::asio::awaitable<outcome<organisation::snapshot_ptr>>
organisation_of(organisation::registry& from, const request& in) {
  const auto slug = in.parameter("org");
  if (auto known = from.find(slug)) co_return known;
  const std::string text{slug};
  co_return co_await runtime::await_reply<organisation::snapshot_ptr>(
      [&](reply<organisation::snapshot_ptr> back) { from.fetch(text, std::move(back)); });
}

} // namespace foyer::http
