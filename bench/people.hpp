#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace foyer::bench {

// Who a seeded household is: believable enough to be searched for. A few names are common and most are rare,
// as in a telephone book; accents, hyphens and apostrophes occur.
struct person {
  std::string first_name;
  std::string last_name;
  std::string email; // of a domain that never receives mail (RFC 2606); may occur twice
  std::string phone; // as people write them: grouped, with or without the country's prefix
};

// The same for the same seed and number, whoever is asked for before.
person person_of(std::uint64_t seed, std::size_t number);

// The client number of household `number`.
std::string client_number(std::size_t number);

} // namespace foyer::bench
