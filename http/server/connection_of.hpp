#pragma once

#include "http/problem.hpp"
#include "http/server/answer_head.hpp"
#include "http/server/chunk_decoder.hpp"
#include "http/server/connections.hpp"
#include "http/server/core.hpp"
#include "http/server/dispatch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace foyer::http {

namespace asio = boost::asio;
/// Errors come as values; every wait looks at them.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// How a connection's stream differs from another kind's: the socket below it, opening and closing.
template <class Stream>
struct stream_traits;

/// One connection: a coroutine that reads a request, has it answered, and begins again with the bytes already
/// there. It is the only reader and writer of its stream, but for two cases: a handler that outlives its
/// deadline is left to end by itself while expire() answers 503, and a streaming answer watches for the
/// client's leaving. Everything here runs on the connection's strand.
template <class Stream>
class connection_of final : public connection,
                            public body_stream,
                            public std::enable_shared_from_this<connection_of<Stream>> {
public:
  using traits = stream_traits<Stream>;
  using self_pointer = std::shared_ptr<connection_of>;

  template <class... StreamArguments>
  connection_of(std::shared_ptr<core> shared, asio::any_io_executor on, asio::ip::address peer,
                StreamArguments&&... arguments)
      : connection(std::move(on)), core_(std::move(shared)), peer_(std::move(peer)),
        peer_is_proxy_(!core_->proxies.empty() && core_->proxies.contains(peer_)),
        stream_(std::forward<StreamArguments>(arguments)...), peer_text_(client_text(peer_)), ids_(),
        input_(core_->options.header_max) {}

  ~connection_of() override {
    core_->forget(this);
    core_->release(peer_);
    if (holds_large_body_) core_->leave_large_body();
  }

  static void start(const self_pointer& self) {
    self->core_->enlist(self);
    self->enter(phase::opening, self->core_->options.tls_deadline);
    asio::co_spawn(self->executor(), run(self), asio::detached);
  }

  void expire() override;
  void drain() override;
  void abort() override;

  asio::awaitable<bool> write(std::string_view bytes) override;
  bool open() const noexcept override { return !client_gone_ && !core_->draining(); }
  asio::awaitable<bool> wait(std::chrono::milliseconds at_most) override;
  std::function<void()> waker() override;

private:
  enum class phase : std::uint8_t { opening, idle, head, body, held, answering, writing, streaming, closing };
  /// What becomes of the connection after a step.
  enum class next : std::uint8_t {
    go_on,
    end,   // nothing more can be sent
    refuse // refusal_ is to be sent, then the connection closed
  };

  static asio::awaitable<void> run(self_pointer self);
  static asio::awaitable<void> answer_late(self_pointer self);
  static asio::awaitable<void> watch(self_pointer self);

  asio::awaitable<next> read_request();
  asio::awaitable<next> read_head_bytes();
  asio::awaitable<next> read_body();
  asio::awaitable<next> read_counted();
  asio::awaitable<next> read_chunked();
  asio::awaitable<next> answer_request();
  asio::awaitable<bool> hold_until_told();
  bool takes_large_bodies() const noexcept { return target_.body_max > core_->options.body_max; }
  /// Larger than what any route takes, or of a size that nobody has said.
  bool has_large_body() const noexcept {
    return takes_large_bodies() && (framing_.chunked || framing_.content_length > core_->options.body_max);
  }
  asio::awaitable<bool> send(const response& of, bool keep_alive);
  asio::awaitable<bool> send_stream(const response& of);
  asio::awaitable<bool> send_refusal();
  asio::awaitable<void> close_gently();
  /// Bytes read; 0 when the connection ended or its deadline passed.
  asio::awaitable<std::size_t> read_some(char* to, std::size_t most);

  next refuse(problem what) {
    refusal_ = std::move(what);
    return next::refuse;
  }
  /// After read_some() gave nothing.
  next after_silence() { return timed_out_ ? refuse(request_timeout()) : next::end; }

  void enter(phase now, std::chrono::milliseconds total) {
    phase_ = now;
    set_deadline(steady_clock::now() + total);
  }
  void close_socket() noexcept {
    boost::system::error_code ignored;
    traits::socket(stream_).close(ignored);
  }
  void wake_stream() {
    woken_ = true;
    if (stream_timer_) stream_timer_->cancel();
  }
  void notice_client_gone() {
    client_gone_ = true;
    wake_stream();
  }
  std::string_view buffered() const noexcept { return {input_.data() + begin_, end_ - begin_}; }
  void take(std::size_t bytes) noexcept {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  answer_context context(bool keep_alive) const noexcept {
    answer_context out;
    out.request_id = request_.request_id;
    out.keep_alive = keep_alive;
    out.secure = request_.secure || traits::is_secure;
    return out;
  }

  std::shared_ptr<core> core_;
  asio::ip::address peer_;
  /// Its connections carry the requests of many clients.
  const bool peer_is_proxy_;
  Stream stream_;
  std::string peer_text_;
  request_ids ids_;

  std::vector<char> input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string output_;

  request request_;
  framing framing_;
  problem refusal_;
  /// Of a client behind a trusted proxy; the request points into it.
  trusted_proxies::client forwarded_;
  dispatch_target target_;
  steady_clock::time_point begun_{};
  /// Before it, whoever was refused for being too many should not come again.
  steady_clock::time_point come_again_{};

  phase phase_ = phase::opening;
  bool holds_large_body_ = false;
  bool timed_out_ = false;
  bool answered_late_ = false;
  bool client_gone_ = false;
  bool woken_ = false;
  std::optional<asio::steady_timer> stream_timer_;
};

} // namespace foyer::http

#include "http/server/connection_io.hpp"
#include "http/server/connection_requests.hpp"
