#pragma once

// Part of connection_of.hpp: deadlines, reading, sending and closing.

namespace foyer::http {

template <class Stream>
void connection_of<Stream>::expire() {
  if (steady_clock::now() < deadline()) return; // something happened since the sweep
  set_deadline(steady_clock::time_point::max());
  timed_out_ = true;
  switch (phase_) {
  case phase::head:
  case phase::body: {
    // The reading coroutine wakes with an error, sees why and answers 408.
    boost::system::error_code ignored;
    traits::socket(stream_).cancel(ignored);
    return;
  }
  case phase::answering:
    answered_late_ = true;
    asio::co_spawn(executor(), answer_late(this->shared_from_this()), asio::detached);
    return;
  case phase::streaming:
    notice_client_gone();
    close_socket();
    return;
  case phase::opening:
  case phase::idle:
  case phase::held: // has no deadline
  case phase::writing:
  case phase::closing: close_socket(); return;
  }
}

template <class Stream>
void connection_of<Stream>::drain() {
  if (phase_ == phase::idle) close_socket();
  wake_stream(); // open() is false by now
}

template <class Stream>
void connection_of<Stream>::abort() {
  close_socket();
  notice_client_gone();
}

/// The client has waited long enough; the handler goes on and whatever it does stays done, which is why 503
/// says "repeat with the same key". Nobody else uses the stream meanwhile: the connection's coroutine waits
/// for the handler.
template <class Stream>
asio::awaitable<void> connection_of<Stream>::answer_late(self_pointer self) {
  const response late(unavailable());
  self->core_->count_request(self->request_.route, late.status, steady_clock::now() - self->begun_);
  log_answer(self->request_, late.status, steady_clock::now() - self->begun_);
  if (co_await self->send(late, false)) co_await self->close_gently();
  self->close_socket();
}

template <class Stream>
asio::awaitable<std::size_t> connection_of<Stream>::read_some(char* to, std::size_t most) {
  auto [error, bytes] = co_await stream_.async_read_some(asio::buffer(to, most), as_result);
  // A deadline that passed while the bytes were on their way has set timed_out_ all the same.
  co_return error || timed_out_ ? 0 : bytes;
}

template <class Stream>
asio::awaitable<bool> connection_of<Stream>::send(const response& of, bool keep_alive) {
  enter(phase::writing, core_->options.write_deadline);
  output_.clear();
  append_head(output_, of, context(keep_alive));
  const bool with_body = request_.method != verb::head && may_have_body(of.status);
  // Small answers leave in one piece; copying large ones would cost more than the second buffer.
  constexpr std::size_t copied_max = 8 * 1024;
  std::size_t written = 0;
  if (with_body && of.body.size() > copied_max) {
    const std::array<asio::const_buffer, 2> parts{asio::buffer(output_), asio::buffer(of.body)};
    auto [error, bytes] = co_await asio::async_write(stream_, parts, as_result);
    co_return !error;
  }
  if (with_body) output_ += of.body;
  while (written < output_.size()) {
    auto [error, bytes] = co_await stream_.async_write_some(
        asio::buffer(output_.data() + written, output_.size() - written), as_result);
    if (error) co_return false;
    written += bytes;
  }
  co_return true;
}

template <class Stream>
asio::awaitable<bool> connection_of<Stream>::send_refusal() {
  timed_out_ = false;
  if (request_.request_id.empty()) request_.request_id = ids_.make();
  const response answer(refusal_);
  core_->count_refused_head();
  log_answer(request_, answer.status, {});
  co_return co_await send(answer, false);
}

/// Ends our side and reads on for a moment: closing with unread bytes would reset the connection, and the
/// reset can destroy the answer on its way.
template <class Stream>
asio::awaitable<void> connection_of<Stream>::close_gently() {
  constexpr std::chrono::milliseconds longest{1'000};
  constexpr std::size_t most = 256 * 1024;
  timed_out_ = false;
  enter(phase::closing, longest);
  co_await traits::end_sending(stream_);
  for (std::size_t total = 0; total < most;) {
    auto [error, bytes] = co_await traits::socket(stream_).async_read_some(asio::buffer(input_), as_result);
    if (error) break;
    total += bytes;
  }
}

template <class Stream>
asio::awaitable<bool> connection_of<Stream>::send_stream(const response& of) {
  enter(phase::writing, core_->options.write_deadline);
  output_.clear();
  auto head = context(false);
  head.chunked = !framing_.http_1_0;
  head.until_close = framing_.http_1_0;
  append_head(output_, of, head);
  auto [error, bytes] = co_await asio::async_write(stream_, asio::buffer(output_), as_result);
  if (error || request_.method == verb::head) co_return !error;
  phase_ = phase::streaming;
  set_deadline(steady_clock::time_point::max());
  asio::co_spawn(executor(), watch(this->shared_from_this()), asio::detached);
  bool whole = true;
  try {
    co_await of.stream(*this);
  } catch (const std::exception& failure) {
    whole = false; // the client sees a body without end
    log_stream_failure(request_, failure.what());
  }
  if (!whole || client_gone_) co_return false;
  enter(phase::closing, core_->options.write_deadline);
  if (!framing_.http_1_0) {
    static constexpr std::string_view last_chunk = "0\r\n\r\n";
    auto [last_error, last_bytes] = co_await asio::async_write(stream_, asio::buffer(last_chunk), as_result);
    if (last_error) co_return false;
  }
  co_return true;
}

template <class Stream>
asio::awaitable<bool> connection_of<Stream>::write(std::string_view bytes) {
  if (!open()) co_return false;
  if (bytes.empty()) co_return true; // an empty chunk would end the body
  set_deadline(steady_clock::now() + core_->options.write_deadline);
  output_.clear();
  if (framing_.http_1_0) {
    output_ += bytes;
  } else {
    append_chunk(output_, bytes);
  }
  auto [error, written] = co_await asio::async_write(stream_, asio::buffer(output_), as_result);
  set_deadline(steady_clock::time_point::max());
  if (error) notice_client_gone();
  co_return !error;
}

template <class Stream>
asio::awaitable<bool> connection_of<Stream>::wait(std::chrono::milliseconds at_most) {
  if (!open()) co_return false;
  if (!woken_) {
    if (!stream_timer_) stream_timer_.emplace(executor());
    stream_timer_->expires_after(at_most);
    co_await stream_timer_->async_wait(as_result);
  }
  woken_ = false;
  co_return open();
}

template <class Stream>
std::function<void()> connection_of<Stream>::waker() {
  return [weak = this->weak_from_this(), on = executor()] {
    asio::post(on, [weak] {
      if (const auto self = weak.lock()) self->wake_stream();
    });
  };
}

/// A client that streams has nothing more to say; when it does, or leaves, the stream ends.
template <class Stream>
asio::awaitable<void> connection_of<Stream>::watch(self_pointer self) {
  char byte = 0;
  co_await self->stream_.async_read_some(asio::buffer(&byte, 1), as_result);
  self->notice_client_gone();
}

} // namespace foyer::http
