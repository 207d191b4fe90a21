#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

// A clock that jumps, for LD_PRELOAD: the time of day is off by the seconds that stand as an int64 in the
// file FOYER_CLOCK, at once in every program that has it. What only counts how much time has passed is left
// alone, as by a real jump. (libfaketime cannot do this here: it hangs in programs with jemalloc.)

namespace {

// Whoever asks before main() may be the allocator itself, so nothing here allocates.
const std::atomic<std::int64_t>* offset = nullptr;

__attribute__((constructor)) void begin() {
  const char* file = std::getenv("FOYER_CLOCK");
  const int fd = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* const shared = ::mmap(nullptr, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (shared != MAP_FAILED) offset = static_cast<const std::atomic<std::int64_t>*>(shared);
}

} // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* out) noexcept {
  const auto result = ::syscall(SYS_clock_gettime, which, out);
  const bool of_day = which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE || which == CLOCK_TAI;
  if (result == 0 && of_day && offset != nullptr) out->tv_sec += offset->load(std::memory_order_relaxed);
  return static_cast<int>(result);
}

int gettimeofday(timeval* out, void*) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1'000;
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

} // extern "C"
