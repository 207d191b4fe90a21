#pragma once

#include "bench/people.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::bench {

// What staff have typed so far of a client whom they look for (B9).
struct typed_search {
  std::string_view kind; // name, e-mail, phone, number, mistyped
  std::string text;      // UTF-8
};

// Letter by letter, from the second on, what is known of some of the seeded households; the same for the same
// seed.
std::vector<typed_search> typed_searches(std::uint64_t seed, std::size_t households);

// The same of clients of somebody else's server.
struct known_client {
  person who; // what is empty is not typed
  std::string number;
};
std::vector<typed_search> typed_searches(std::uint64_t seed, const std::vector<known_client>& among);

// For the query of a URL (RFC 3986: all but unreserved characters).
std::string url_encoded(std::string_view text);

} // namespace foyer::bench
