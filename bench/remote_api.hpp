#pragma once

#include "bench/options.hpp"

#include <boost/json/object.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::bench {

// Somebody else's server, of which one organisation is measured. Everything throws failure with what stands
// in the way. Any thread.
class remote_api {
public:
  remote_api(server_address server, std::string organisation);

  // Fails unless a Foyer answers there, is ready and has the organisation.
  void greet();

  const server_address& server() const noexcept { return server_; }
  const std::string& version() const noexcept { return version_; } // after greet()
  const std::string& currency() const noexcept { return currency_; }

  // The roles that a session has in the organisation, none for a buyer; fails when it is nobody's.
  std::vector<std::string> roles_of(const std::string& token) const;

  struct call {
    std::string_view verb = "GET";
    std::string target;
    std::string token;
    std::string body;
    std::string idempotency_key;
    int expected = 200;
  };
  // The answer's object, empty without a body; `doing` says what it was for.
  boost::json::object must(const call& what, std::string_view doing) const;

  std::string base() const { return "/api/v1/orgs/" + organisation_; }
  std::string staff(const std::string& path) const { return base() + "/staff/" + path; }
  std::string mine(const std::string& path) const { return "/api/v1/me/orgs/" + organisation_ + "/" + path; }

private:
  server_address server_;
  std::string organisation_;
  std::string version_;
  std::string currency_ = "EUR";
};

// A text or a number of an answer; fails when it isn't there.
std::string text_at(const boost::json::object& in, std::string_view key);
std::int64_t number_at(const boost::json::object& in, std::string_view key);
// The amount of a money object.
std::int64_t amount_at(const boost::json::object& in, std::string_view key);

// Enough to keep a server busy that is far away. A server that throttles counts what opens my space until it
// is open, and takes five at once.
inline constexpr std::size_t at_once = 4;

// Calls one(0) to one(count - 1), `at_once` at a time on threads of their own, and `progress` meanwhile on
// this one. The first failure ends all and is thrown; so does `stop`.
void for_each_of(std::size_t count, const std::function<void(std::size_t)>& one,
                 const std::function<void(std::size_t done)>& progress, const std::atomic<bool>& stop);

} // namespace foyer::bench
