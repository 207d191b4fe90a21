#include "mail/smtp_verdict.hpp"
#include "mail/transport.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace foyer;
using namespace foyer::mail;
using namespace std::chrono_literals;
using mailer::verdict;

namespace {

/// A receiver of mails on a free port of the loopback address, one connection at a time. `answer` gives the
/// reply to a command line ("." is the end of the message); "" closes the connection.
class receiver {
public:
  using answers = std::function<std::string(const std::string& line)>;

  explicit receiver(answers answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 4) == 0);
    socklen_t length = sizeof address;
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }

  ~receiver() {
    stopping_ = true;
    thread_.join();
    ::close(socket_);
  }

  std::string url(const std::string& login = {}) const {
    return "smtp://" + login + "127.0.0.1:" + std::to_string(port_);
  }
  int connections() const { return connections_; }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<std::string> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

private:
  bool readable(int fd) const {
    while (!stopping_) {
      pollfd wanted{fd, POLLIN, 0};
      if (::poll(&wanted, 1, 20) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (readable(socket_)) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      ++connections_;
      talk(connection);
      ::close(connection);
    }
  }

  void talk(int connection) {
    std::string buffer;
    std::string message;
    bool in_message = false;
    if (!say(connection, answer_("connect"))) return;
    while (readable(connection)) {
      char bytes[4096];
      const auto count = ::read(connection, bytes, sizeof bytes);
      if (count <= 0) return;
      buffer.append(bytes, static_cast<std::size_t>(count));
      for (std::size_t end = 0; (end = buffer.find("\r\n")) != std::string::npos;) {
        const auto line = buffer.substr(0, end);
        buffer.erase(0, end + 2);
        if (in_message && line != ".") {
          message += line + "\r\n";
          continue;
        }
        if (!in_message) {
          const std::lock_guard lock(mutex_);
          lines_.push_back(line);
        }
        const auto reply = answer_(line);
        if (in_message && reply.starts_with("250")) {
          const std::lock_guard lock(mutex_);
          messages_.push_back(message);
        }
        in_message = line == "DATA" && reply.starts_with("354");
        if (in_message) message.clear();
        if (!say(connection, reply)) return;
      }
    }
  }

  static bool say(int connection, const std::string& reply) {
    if (reply.empty()) return false;
    const auto line = reply + "\r\n";
    return ::send(connection, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size());
  }

  answers answer_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<std::string> messages_;
  std::thread thread_;
};

/// user@x and p:w, each after a NUL, in base 64 (RFC 4616).
const std::string credentials = "AHVzZXJAeABwOnc=";
constexpr const char* login = "user%40x:p%3Aw@";

std::string well_behaved(const std::string& line) {
  if (line == "connect") return "220 ready";
  if (line.starts_with("EHLO")) return "250-here\r\n250-AUTH PLAIN\r\n250 8BITMIME";
  if (line == "AUTH PLAIN") return "334 ";
  if (line == credentials) return "235 welcome";
  if (line == "DATA") return "354 go on";
  if (line == "QUIT") return "221 bye";
  return "250 ok";
}

/// Well behaved but for the commands that begin so.
receiver::answers with(std::string beginning, std::string reply) {
  return [=](const std::string& line) { return line.starts_with(beginning) ? reply : well_behaved(line); };
}

std::unique_ptr<transport> transport_to(const std::string& url,
                                        std::shared_ptr<std::atomic<bool>> cancel = nullptr) {
  smtp_options options;
  options.url = url;
  options.helo = "foyer.example";
  options.starttls = config::starttls_mode::off;
  options.connect_deadline = 5s;
  options.send_deadline = 10s;
  return create_smtp_transport(options, std::move(cancel));
}

encoded_message sample() {
  return {"no-reply@foyer.example", "zoe@kunde.example",
          "Subject: x\r\n\r\n.dots at the start\r\nBonjour\r\n"};
}

} // namespace

TEST_CASE("M1 mails go through SMTP with a login, over one connection") {
  receiver server(well_behaved);
  const auto carry = transport_to(server.url(login));
  for (int i = 0; i < 3; ++i) {
    const auto result = carry->deliver("id", sample());
    INFO(result.detail);
    CHECK(result.verdict == verdict::sent);
  }
  CHECK(server.connections() == 1);
  REQUIRE(server.messages().size() == 3);
  CHECK(server.messages()[0] == "Subject: x\r\n\r\n..dots at the start\r\nBonjour\r\n");
  const auto lines = server.lines();
  CHECK(lines[0] == "EHLO foyer.example");
  CHECK(std::find(lines.begin(), lines.end(), credentials) != lines.end());
  CHECK(std::find(lines.begin(), lines.end(), "MAIL FROM:<no-reply@foyer.example>") != lines.end());
  CHECK(std::find(lines.begin(), lines.end(), "RCPT TO:<zoe@kunde.example>") != lines.end());
}

TEST_CASE("M1 what the next server answers decides: sent, later, never") {
  struct expectation {
    const char* beginning;
    const char* reply;
    mailer::verdict verdict;
  };
  const auto row = GENERATE(values<expectation>({
      {"RCPT", "550 5.1.1 no such user", verdict::refused},
      {"MAIL", "553 not from here", verdict::refused},
      {".", "554 looks like spam", verdict::refused},
      {"DATA", "552 too much", verdict::refused},
      {"RCPT", "450 greylisted", verdict::try_later},
      {".", "451 try again", verdict::try_later},
      {"RCPT", "", verdict::try_later}, // the connection is cut
      {".", "", verdict::try_later},
      {"RCPT", "421 shutting down", verdict::transport_down},
      {"MAIL", "530 authentication required", verdict::transport_down},
      {"connect", "554 go away", verdict::transport_down},
      {"connect", "", verdict::transport_down},
      {"AHV", "535 wrong password", verdict::transport_down},
  }));
  receiver server(with(row.beginning, row.reply));
  const auto carry = transport_to(server.url(login));
  const auto result = carry->deliver("id", sample());
  INFO(row.beginning << " " << row.reply << " -> " << result.detail);
  CHECK(result.verdict == row.verdict);
  CHECK_FALSE(result.detail.empty());
  if (row.verdict == verdict::refused) CHECK(result.detail == row.reply);
  CHECK(server.messages().empty());
}

TEST_CASE("M1 after a refusal the same worker goes on with the next mail") {
  int recipients = 0;
  receiver server([&](const std::string& line) {
    if (line.starts_with("RCPT") && ++recipients == 1) return std::string("550 no such user");
    return well_behaved(line);
  });
  const auto carry = transport_to(server.url());
  CHECK(carry->deliver("id", sample()).verdict == verdict::refused);
  CHECK(carry->deliver("id", sample()).verdict == verdict::sent);
  CHECK(server.messages().size() == 1);
}

TEST_CASE("M1 without STARTTLS at the server nothing is sent when it is required") {
  receiver server(well_behaved);
  smtp_options options;
  options.url = server.url(login);
  options.starttls = config::starttls_mode::required;
  const auto carry = create_smtp_transport(options, nullptr);
  const auto result = carry->deliver("id", sample());
  CHECK(result.verdict == verdict::transport_down);
  for (const auto& line : server.lines()) {
    CHECK_FALSE(line.starts_with("AUTH"));
    CHECK_FALSE(line.starts_with("MAIL"));
  }
}

TEST_CASE("M1 nobody listening puts mails off") {
  std::string url;
  {
    receiver gone(well_behaved);
    url = gone.url();
  }
  const auto result = transport_to(url)->deliver("id", sample());
  CHECK(result.verdict == verdict::transport_down);
  CHECK_FALSE(result.detail.empty());
}

TEST_CASE("M1 a stop breaks off a server that does not answer") {
  auto cancel = std::make_shared<std::atomic<bool>>(false);
  receiver server([&](const std::string& line) {
    if (line.starts_with("RCPT")) *cancel = true;
    return line.starts_with("RCPT") ? std::string("250-and so on") : well_behaved(line);
  });
  const auto begun = std::chrono::steady_clock::now();
  CHECK(transport_to(server.url(), cancel)->deliver("id", sample()).verdict == verdict::try_later);
  CHECK(std::chrono::steady_clock::now() - begun < 8s);
}

TEST_CASE("M1 a server that never answers QUIT holds up no stop") {
  receiver server(
      [](const std::string& line) { return line == "QUIT" ? std::string("221-wait") : well_behaved(line); });
  const auto begun = std::chrono::steady_clock::now();
  {
    const auto carry = transport_to(server.url());
    CHECK(carry->deliver("id", sample()).verdict == verdict::sent);
  }
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
}
