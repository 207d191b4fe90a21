#include "cli/private_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace foyer::cli {
namespace {

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0;
}

} // namespace

outcome<done> write_private_file(const std::string& path, std::string_view text) {
  const auto beside = path + ".part";
  const auto failed = [&] {
    const auto why = std::string{std::strerror(errno)};
    ::unlink(beside.c_str());
    return refusal{errc::unavailable, path + " can't be written: " + why};
  };
  ::unlink(beside.c_str()); // of a former run; its rights might be others
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failed();
  const bool whole = write_all(file, text);
  const bool closed = ::close(file) == 0;
  if (!whole || !closed || std::rename(beside.c_str(), path.c_str()) != 0) return failed();
  return done{};
}

} // namespace foyer::cli
