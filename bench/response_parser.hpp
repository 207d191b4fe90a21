#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace foyer::bench {

// Reads HTTP/1.1 answers one after another from the bytes of a connection, as little as the load generator
// needs: the status, where the answer ends, and the first bytes of the body for error messages. Only
// Content-Length frames a body here; a chunked answer is `broken`, because no measured route sends one.
class response_parser {
public:
  enum class result {
    need_more, // everything given was used, the answer goes on
    complete,  // the answer ended; bytes after it were not used
    broken,    // not an answer that this parser can frame; the connection is of no more use
  };

  // Takes bytes of the present answer and says in `used` how many. After `complete` call next().
  result consume(std::string_view bytes, std::size_t& used);
  // Forgets the finished answer.
  void next();

  int status() const noexcept { return status_; }
  // The server said that it closes the connection after this answer.
  bool closes() const noexcept { return closes_; }
  // There is a Retry-After.
  bool says_when_to_retry() const noexcept { return says_when_to_retry_; }
  // What it says, when it is a number; else 0.
  std::chrono::seconds retry_after() const noexcept { return retry_after_; }
  // The body's first bytes, at most body_start_max of them.
  const std::string& body_start() const noexcept { return body_start_; }
  std::uint64_t body_size() const noexcept { return content_length_; }

  // A server that sends more than this before the body is not the one we measure.
  static constexpr std::size_t head_max = 16 * 1024;
  // Enough for a problem document.
  static constexpr std::size_t body_start_max = 1024;

private:
  bool parse_head(std::string_view head);

  std::string head_;
  bool in_body_ = false;
  std::uint64_t content_length_ = 0;
  std::uint64_t body_left_ = 0;
  int status_ = 0;
  bool closes_ = false;
  bool says_when_to_retry_ = false;
  std::chrono::seconds retry_after_{};
  std::string body_start_;
};

} // namespace foyer::bench
