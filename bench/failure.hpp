#pragma once

#include <stdexcept>

namespace foyer::bench {

// The run can't go on: a program that does not start, a database that is gone. The message is for the user.
struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace foyer::bench
