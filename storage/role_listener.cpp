#include "storage/role_listener.hpp"

#include "storage/pg/blocking.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace foyer::storage {
namespace {

constexpr int again_after_ms = 1'000;

struct freed_by_libpq {
  void operator()(PGnotify* told) const noexcept { PQfreemem(told); }
};

class thread_of_its_own final : public role_listener {
public:
  thread_of_its_own(std::string url, std::function<void(const account_id&)> changed)
      : url_(std::move(url)), changed_(std::move(changed)), wake_(::eventfd(0, EFD_CLOEXEC)),
        thread_([this] { run(); }) {}

  ~thread_of_its_own() override {
    stop();
    ::close(wake_);
  }

  void stop() override {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) == sizeof one) thread_.join();
  }

private:
  void run() {
    do {
      const auto open = connect_blocking(url_);
      if (open && query(open->get(), "listen foyer_roles")) listen(open->get());
    } while (!stopped(-1, again_after_ms));
  }

  // Until the connection breaks or the end has come.
  void listen(PGconn* open) {
    while (!stopped(PQsocket(open), -1)) {
      if (PQconsumeInput(open) == 0) return;
      while (const std::unique_ptr<PGnotify, freed_by_libpq> told{PQnotifies(open)})
        if (const auto whose = parse_uuid(told->extra)) changed_(account_id{*whose});
    }
  }

  // Waits for the socket, if there is one; true when it is time to end.
  bool stopped(int socket, int milliseconds) {
    pollfd of[] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};
    ::poll(of, socket < 0 ? 1 : 2, milliseconds);
    return (of[0].revents & POLLIN) != 0;
  }

  std::string url_;
  std::function<void(const account_id&)> changed_;
  int wake_;
  std::thread thread_; // last: it uses all of the above
};

} // namespace

std::unique_ptr<role_listener> start_role_listener(std::string database_url,
                                                   std::function<void(const account_id&)> changed) {
  return std::make_unique<thread_of_its_own>(std::move(database_url), std::move(changed));
}

} // namespace foyer::storage
