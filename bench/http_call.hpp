#pragma once

#include "bench/options.hpp"

#include <string>
#include <string_view>

namespace foyer::bench {

struct http_answer {
  int status = 0;   // 0: no connection, or no whole answer
  std::string head; // status line and fields, without the blank line
  std::string body;
  std::string error; // why there is no status
};

// One request on a connection of its own, blocking, for preparing and for asking whether the server is ready;
// 20 s for all of it. token, body and field, a whole line of the head, may be empty. Any thread.
http_answer http_call(const server_address& server, std::string_view verb, std::string_view target,
                      std::string_view token = {}, std::string_view body = {}, std::string_view field = {});

} // namespace foyer::bench
