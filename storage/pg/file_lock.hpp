#pragma once

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace foyer::storage {

/// A lock on a file that the kernel gives up when the process ends, however it ends.
class file_lock {
public:
  file_lock() = default;
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;
  file_lock(file_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_lock& operator=(file_lock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~file_lock() {
    if (fd_ >= 0) ::close(fd_);
  }

  /// Opens the file, making it if needed, for whoever owns its folder: a later start as that user must be
  /// able to lock it too. False: errno tells why.
  bool open(const std::filesystem::path& path) {
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat folder {};
    if (fd_ >= 0 && ::geteuid() == 0 && ::stat(path.parent_path().c_str(), &folder) == 0)
      return ::fchown(fd_, folder.st_uid, folder.st_gid) == 0;
    return fd_ >= 0;
  }

  /// Waits for every other holder. Replaces a shared lock.
  void exclusive() { lock(LOCK_EX); }
  /// Waits for an exclusive holder.
  void shared() { lock(LOCK_SH); }
  /// False when somebody else holds it in any way; a shared lock of our own is then lost.
  bool try_exclusive() { return ::flock(fd_, LOCK_EX | LOCK_NB) == 0; }
  void release() { ::flock(fd_, LOCK_UN); }

private:
  void lock(int how) {
    while (::flock(fd_, how) != 0 && errno == EINTR) {
    }
  }

  int fd_ = -1;
};

} // namespace foyer::storage
