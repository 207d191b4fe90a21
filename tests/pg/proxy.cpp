#include "tests/pg/proxy.hpp"

#include "tests/pg/database.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <filesystem>
#include <future>
#include <list>
#include <stdexcept>

namespace foyer::tests {
namespace {

namespace asio = boost::asio;
using local = asio::local::stream_protocol;

/// The value of `host=` in a connection string of the embedded server: the folder of its socket.
std::string socket_folder() {
  const auto& url = database_url();
  const auto at = url.find("host=");
  return url.substr(at + 5, url.find(' ', at) - at - 5);
}

struct pipe : std::enable_shared_from_this<pipe> {
  explicit pipe(asio::io_context& on) : client(on), server(on) {}

  void forward(local::socket& from, local::socket& to, bool to_server) {
    auto& buffer = to_server ? up : down;
    from.async_read_some(asio::buffer(buffer), [self = shared_from_this(), &from, &to, to_server,
                                                &buffer](boost::system::error_code ec, std::size_t size) {
      if (ec) return self->cut();
      if (!to_server && self->held) return; // never to be delivered
      auto& left = to_server ? self->up_left : self->down_left;
      const auto passing = std::min<std::uint64_t>(size, left);
      const auto last = passing < size;
      left -= left == unlimited ? 0 : passing;
      asio::async_write(to, asio::buffer(buffer, passing),
                        [self, &from, &to, to_server, last](boost::system::error_code failed, std::size_t) {
                          if (failed || last) return self->cut();
                          self->forward(from, to, to_server);
                        });
    });
  }

  void cut() {
    boost::system::error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }

  static constexpr std::uint64_t unlimited = ~std::uint64_t{0};

  local::socket client;
  local::socket server;
  std::array<char, 65'536> up{};
  std::array<char, 65'536> down{};
  std::uint64_t up_left = unlimited;
  std::uint64_t down_left = unlimited;
  bool held = false;
};

} // namespace

struct proxy::impl {
  impl() : acceptor(running.context) {
    std::string name = "/tmp/foyer-proxy-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
    const local::endpoint here{folder + "/.s.PGSQL.5432"};
    acceptor.open();
    acceptor.bind(here);
    acceptor.listen();
    accept();
  }
  ~impl() {
    on_thread([this] {
      acceptor.close();
      for (auto& each : pipes) each->cut();
    });
    std::filesystem::remove_all(folder);
  }

  void accept() {
    auto next = std::make_shared<pipe>(running.context);
    acceptor.async_accept(next->client, [this, next](boost::system::error_code ec) {
      if (ec) return;
      next->server.connect(local::endpoint{socket_folder() + "/.s.PGSQL.5432"}, ec);
      if (ec) {
        next->cut();
      } else {
        pipes.push_back(next);
        next->forward(next->client, next->server, true);
        next->forward(next->server, next->client, false);
      }
      accept();
    });
  }

  void on_thread(std::function<void()> what) {
    std::promise<void> happened;
    asio::post(running.context, [&] {
      what();
      happened.set_value();
    });
    happened.get_future().wait();
  }

  running_context running;
  local::acceptor acceptor;
  std::string folder;
  std::list<std::shared_ptr<pipe>> pipes;
};

proxy::proxy() : impl_(std::make_unique<impl>()) {}
proxy::~proxy() = default;

std::string proxy::url() const {
  auto out = database_url();
  const auto folder = socket_folder();
  return out.replace(out.find(folder), folder.size(), impl_->folder);
}

void proxy::hold_answers() {
  impl_->on_thread([this] {
    for (auto& each : impl_->pipes) each->held = true;
  });
}

void proxy::cut() {
  impl_->on_thread([this] {
    for (auto& each : impl_->pipes) each->cut();
    impl_->pipes.clear();
  });
}

void proxy::cut_after(std::uint64_t bytes, bool to_server) {
  impl_->on_thread([&] {
    for (auto& each : impl_->pipes) (to_server ? each->up_left : each->down_left) = bytes;
  });
}

} // namespace foyer::tests
