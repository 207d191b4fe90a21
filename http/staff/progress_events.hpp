#pragma once

#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace foyer::http::staff {

/// What a page is shown of something that is under way.
struct progress {
  std::string json;
  bool finished = false;
};

/// Reads it as it is now; none while it can't be read. What it captures must outlive the stream.
using progress_look = std::function<boost::asio::awaitable<std::optional<progress>>()>;

/// Server-sent events (I4): `progress` whenever a look finds something new, the last one when nothing is
/// under way any more. The stream ends before that now and then, and the page connects anew by itself: then
/// it is asked again who it is, so that a session that ended, or a role that was taken away, hears no more.
response progress_events(progress_look look, std::chrono::milliseconds look_every,
                         std::chrono::milliseconds lives_for = std::chrono::minutes{2});

} // namespace foyer::http::staff
