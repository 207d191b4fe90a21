#pragma once

#include "bench/histogram.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace foyer::bench {

// What arrived since smtp_sink::begin().
struct smtp_sink_result {
  std::uint64_t mails = 0;
  std::unordered_map<std::string, std::uint32_t> by_address;    // of RCPT
  std::unordered_map<std::string, std::uint32_t> by_message_id; // without the brackets
  histogram age; // of each mail since begin(), when its final dot was answered
  std::chrono::steady_clock::time_point first;
  std::chrono::steady_clock::time_point last;
};

// A mail server that takes every mail and forgets its text (RFC 5321 with PIPELINING; no TLS, no login), on a
// free port of 127.0.0.1 and a thread of its own.
class smtp_sink {
public:
  virtual ~smtp_sink() = default;
  virtual std::uint16_t port() const = 0;
  // Forgets what came so far. Any thread.
  virtual void begin(std::chrono::steady_clock::time_point since) = 0;
  // Any thread.
  virtual std::uint64_t mails() const = 0;
  virtual smtp_sink_result result() const = 0;
};

// Throws failure when no port can be had.
std::unique_ptr<smtp_sink> create_smtp_sink();

// What one connection says and hears, without the connection: bytes in, answers out.
class smtp_dialogue {
public:
  static constexpr std::string_view greeting = "220 bench ESMTP\r\n";

  // Takes what was received and appends the answers to it. `taken(address, message id)` is called for every
  // mail.
  template <class Taken>
  void feed(std::string_view bytes, std::string& answers, Taken taken);
  // The client said QUIT.
  bool ended() const noexcept { return ended_; }

private:
  // One command without its line end.
  void command(std::string_view line, std::string& answers);
  static std::string message_id_of(std::string_view content);

  std::string buffer_;
  std::string recipient_;
  bool in_content_ = false;
  bool ended_ = false;
};

template <class Taken>
void smtp_dialogue::feed(std::string_view bytes, std::string& answers, Taken taken) {
  buffer_ += bytes;
  std::size_t at = 0;
  for (;;) {
    if (in_content_) {
      // The line end of DATA's own answer counts as the one before the dot of an empty mail.
      const auto end = buffer_.find("\r\n.\r\n", at);
      if (end == std::string::npos) break;
      taken(recipient_, message_id_of(std::string_view{buffer_}.substr(at, end - at)));
      answers += "250 2.0.0 taken\r\n";
      in_content_ = false;
      at = end + 5;
      continue;
    }
    const auto end = buffer_.find("\r\n", at);
    if (end == std::string::npos) break;
    command(std::string_view{buffer_}.substr(at, end - at), answers);
    at = end + 2;
  }
  buffer_.erase(0, at);
}

} // namespace foyer::bench
