#pragma once

#include <filesystem>
#include <sys/types.h>

namespace foyer::bench {

// A process that waits for the end of this one. When it ends without having said so, as after kill -9, the
// watchman stops the PostgreSQL of the data folder, which nobody else would, and removes the folder unless it
// is kept.
class watchman {
public:
  // While there is one thread: what a fork copies is then whole. Throws failure.
  watchman(const std::filesystem::path& folder, bool keep);
  // All was stopped as it should.
  ~watchman();
  watchman(const watchman&) = delete;
  watchman& operator=(const watchman&) = delete;

private:
  int life_ = -1; // the end of a pipe that closes with this process
  pid_t id_ = 0;
};

} // namespace foyer::bench
