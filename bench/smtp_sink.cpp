#include "bench/smtp_sink.hpp"

#include "bench/failure.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

namespace foyer::bench {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using steady = std::chrono::steady_clock;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

bool starts_with(std::string_view line, std::string_view command) {
  if (line.size() < command.size()) return false;
  for (std::size_t i = 0; i < command.size(); ++i)
    if ((line[i] & ~0x20) != (command[i] & ~0x20)) return false;
  return true;
}

class asio_sink final : public smtp_sink {
public:
  asio_sink() : acceptor_{io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread{[this] { io_.run(); }};
  }

  ~asio_sink() override {
    io_.stop();
    thread_.join();
  }

  std::uint16_t port() const override { return port_; }

  void begin(steady::time_point since) override {
    const std::lock_guard lock{mutex_};
    result_ = {};
    since_ = since;
    mails_ = 0;
  }

  std::uint64_t mails() const override { return mails_; }

  smtp_sink_result result() const override {
    const std::lock_guard lock{mutex_};
    return result_;
  }

private:
  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(as_result);
      if (!error) asio::co_spawn(io_, talk(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> talk(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    smtp_dialogue with;
    std::array<char, 16 * 1024> input;
    std::string answers{smtp_dialogue::greeting};
    while (true) {
      if (!answers.empty()) {
        auto [failed, written] = co_await asio::async_write(socket, asio::buffer(answers), as_result);
        if (failed || with.ended()) co_return;
        answers.clear();
      }
      auto [error, size] = co_await socket.async_read_some(asio::buffer(input), as_result);
      if (error) co_return;
      with.feed({input.data(), size}, answers,
                [this](const std::string& to, std::string id) { take(to, std::move(id)); });
    }
  }

  void take(const std::string& to, std::string id) {
    const std::lock_guard lock{mutex_};
    const auto now = steady::now();
    if (result_.mails == 0) result_.first = now;
    result_.last = now;
    ++result_.mails;
    ++result_.by_address[to];
    ++result_.by_message_id[std::move(id)];
    result_.age.record(std::chrono::duration_cast<std::chrono::nanoseconds>(now - since_).count());
    mails_ = result_.mails;
  }

  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  smtp_sink_result result_;
  steady::time_point since_;
  std::atomic<std::uint64_t> mails_{0};
  std::thread thread_; // last: it uses all of the above
};

} // namespace

void smtp_dialogue::command(std::string_view line, std::string& answers) {
  if (starts_with(line, "EHLO")) {
    answers += "250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10000000\r\n";
  } else if (starts_with(line, "RCPT")) {
    const auto open = line.find('<');
    const auto close = line.find('>');
    recipient_ =
        open < close && close != std::string_view::npos ? line.substr(open + 1, close - open - 1) : line;
    answers += "250 2.1.5 ok\r\n";
  } else if (starts_with(line, "DATA")) {
    in_content_ = true;
    answers += "354 go on\r\n";
  } else if (starts_with(line, "QUIT")) {
    ended_ = true;
    answers += "221 2.0.0 bye\r\n";
  } else {
    answers += "250 2.0.0 ok\r\n"; // HELO, MAIL, RSET, NOOP
  }
}

std::string smtp_dialogue::message_id_of(std::string_view content) {
  constexpr std::string_view name = "\r\nMessage-ID: <";
  const auto at = content.find(name);
  if (at == std::string_view::npos) return {};
  const auto rest = content.substr(at + name.size());
  return std::string{rest.substr(0, rest.find('>'))};
}

std::unique_ptr<smtp_sink> create_smtp_sink() {
  try {
    return std::make_unique<asio_sink>();
  } catch (const boost::system::system_error& error) {
    throw failure{std::string{"no port for the mails to come to: "} + error.what()};
  }
}

} // namespace foyer::bench
