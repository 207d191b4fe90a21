#pragma once

// Part of connection_of.hpp: from the first byte of a request to the end of its answer.

namespace foyer::http {

template <class Stream>
asio::awaitable<void> connection_of<Stream>::run(self_pointer self) {
  if (!co_await traits::begin(self->stream_)) co_return;
  auto state = next::go_on;
  while (state == next::go_on) {
    state = co_await self->read_request();
    if (state == next::go_on) state = co_await self->answer_request();
  }
  if (self->answered_late_) co_return; // answer_late() sees to the rest
  if (state == next::refuse) {
    if (co_await self->send_refusal()) co_await self->close_gently();
  }
  self->close_socket();
}

template <class Stream>
asio::awaitable<typename connection_of<Stream>::next> connection_of<Stream>::read_request() {
  request_.clear();
  target_ = {};
  timed_out_ = false;
  request_.remote_address = peer_text_;
  request_.secure = traits::is_secure;
  const auto arrived = co_await read_head_bytes();
  if (arrived != next::go_on) co_return arrived;

  framing_ = read_head(request_, core_->limits());
  if (framing_.result != verdict::ok) co_return refuse(problem_of(framing_.result));
  request_.request_id = ids_.choose(request_);
  if (peer_is_proxy_) {
    forwarded_ = core_->proxies.client_of(request_, peer_);
    request_.remote_address = forwarded_.address;
    request_.secure = request_.secure || forwarded_.secure;
  }
  target_ = find_target(core_->routes, core_->options, request_);
  if (!framing_.chunked && framing_.content_length == 0) co_return next::go_on;
  co_return co_await read_body();
}

template <class Stream>
asio::awaitable<typename connection_of<Stream>::next> connection_of<Stream>::read_head_bytes() {
  const auto& options = core_->options;
  if (begin_ == end_) {
    if (core_->draining()) co_return next::end;
    enter(phase::idle, options.keep_alive);
  } else {
    enter(phase::head, options.header_deadline);
  }
  std::size_t scanned = 0;
  while (true) {
    const auto found = scan_head(buffered(), scanned);
    if (found.state == head_scan::bare_line_feed) co_return refuse(problem_of(verdict::bad_request));
    if (found.state == head_scan::complete) {
      request_.head_bytes.assign(buffered().substr(0, found.end));
      take(found.end);
      co_return next::go_on;
    }
    scanned = found.end;
    const bool in_first_line = buffered().find('\n') == std::string_view::npos;
    if (in_first_line && buffered().size() > options.target_max) co_return refuse(target_too_long());
    if (buffered().size() >= options.header_max) co_return refuse(head_too_large());
    if (end_ == input_.size()) {
      std::copy(input_.begin() + static_cast<std::ptrdiff_t>(begin_), input_.end(), input_.begin());
      end_ -= begin_;
      begin_ = 0;
    }
    const auto bytes = co_await read_some(input_.data() + end_, input_.size() - end_);
    if (bytes == 0) co_return phase_ == phase::idle ? next::end : after_silence();
    end_ += bytes;
    // From the first byte on the head's total time counts.
    if (phase_ == phase::idle) enter(phase::head, options.header_deadline);
  }
}

template <class Stream>
asio::awaitable<typename connection_of<Stream>::next> connection_of<Stream>::read_body() {
  // Nobody will read it: answer and close, rather than take it in.
  if (target_.route == nullptr) {
    framing_.keep_alive = false;
    co_return next::go_on;
  }
  enter(phase::body, core_->options.body_deadline);
  if (takes_large_bodies()) {
    // Whoever may not send it is told so before it is taken in.
    if (auto refused = co_await ask_gate(core_->routes, *target_.route, request_)) {
      target_.route = nullptr;
      target_.early = std::move(refused);
      framing_.keep_alive = false;
      co_return next::go_on;
    }
  }
  if (framing_.content_length > target_.body_max) co_return refuse(body_too_large());
  if (has_large_body()) {
    // Few of them are held at once.
    if (!core_->enter_large_body()) co_return refuse(unavailable());
    holds_large_body_ = true;
    framing_.keep_alive = false; // its memory goes with the connection
  }
  if (framing_.expect_continue && begin_ == end_) {
    static constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [error, bytes] = co_await asio::async_write(stream_, asio::buffer(go_ahead), as_result);
    if (error) co_return timed_out_ ? refuse(request_timeout()) : next::end;
  }
  if (framing_.chunked) co_return co_await read_chunked();
  co_return co_await read_counted();
}

template <class Stream>
asio::awaitable<typename connection_of<Stream>::next> connection_of<Stream>::read_counted() {
  // Memory follows what has come, not what was announced.
  constexpr std::size_t step = 64 * 1024;
  const auto whole = static_cast<std::size_t>(framing_.content_length);
  auto& body = request_.body;
  const auto here = std::min(whole, buffered().size());
  body.assign(buffered().substr(0, here));
  take(here);
  std::size_t filled = here;
  while (filled < whole) {
    if (filled == body.size()) body.resize(std::min(whole, filled + step));
    const auto bytes = co_await read_some(body.data() + filled, body.size() - filled);
    if (bytes == 0) co_return after_silence();
    filled += bytes;
  }
  co_return next::go_on;
}

template <class Stream>
asio::awaitable<typename connection_of<Stream>::next> connection_of<Stream>::read_chunked() {
  chunk_decoder decoder(target_.body_max);
  while (true) {
    auto rest = buffered();
    const auto before = rest.size();
    const auto progress = decoder.feed(rest, request_.body);
    take(before - rest.size());
    switch (progress) {
    case chunk_decoder::progress::done: co_return next::go_on;
    case chunk_decoder::progress::malformed: co_return refuse(problem_of(verdict::bad_request));
    case chunk_decoder::progress::too_large: co_return refuse(body_too_large());
    case chunk_decoder::progress::more: break;
    }
    const auto bytes = co_await read_some(input_.data() + end_, input_.size() - end_);
    if (bytes == 0) co_return after_silence();
    end_ += bytes;
  }
}

/// Clients that ask again at once, although they were told when, would take the time in which the others are
/// served (docs/performance.md). So their next request waits out what they were told, unread bytes
/// behind it, and they are refused once a second each, or less often. Who keeps to Retry-After never comes
/// here. False when the connection was closed meanwhile.
template <class Stream>
asio::awaitable<bool> connection_of<Stream>::hold_until_told() {
  core_->count_held_request();
  phase_ = phase::held;
  set_deadline(steady_clock::time_point::max());
  if (!stream_timer_) stream_timer_.emplace(executor());
  stream_timer_->expires_at(come_again_);
  // drain() and abort() end the wait.
  if (!core_->draining()) co_await stream_timer_->async_wait(as_result);
  co_return !client_gone_;
}

template <class Stream>
asio::awaitable<typename connection_of<Stream>::next> connection_of<Stream>::answer_request() {
  begun_ = steady_clock::now();
  response answer;
  if (target_.route == nullptr) {
    answer = std::move(*target_.early);
  } else {
    bool room = core_->enter_handler(*target_.route);
    auto since = begun_;
    if (!room && begun_ < come_again_) {
      if (!co_await hold_until_told()) co_return next::end;
      since = steady_clock::now();
      room = core_->enter_handler(*target_.route);
    }
    if (!room) {
      const auto after = core_->refuse_request(since);
      answer = core_->surplus(after);
      if (!peer_is_proxy_) come_again_ = since + after;
    } else {
      phase_ = phase::answering;
      set_deadline(since + core_->options.handler_deadline);
      answer = co_await call_handler(core_->routes, *target_.route, request_);
      core_->leave_handler();
      if (answered_late_) co_return next::end;
    }
  }
  if (answer.stream) {
    core_->count_request(target_.route, answer.status, steady_clock::now() - begun_);
    log_answer(request_, answer.status, steady_clock::now() - begun_);
    // watch() reads on, so there is nothing unread that closing could trip over.
    if (co_await send_stream(answer)) co_await traits::end_sending(stream_);
    co_return next::end;
  }
  const bool keep_alive = framing_.keep_alive && !core_->draining();
  // Before it is sent: who has the answer finds it counted.
  const auto took = steady_clock::now() - begun_;
  core_->count_request(target_.route, answer.status, took);
  log_answer(request_, answer.status, took);
  const bool sent = co_await send(answer, keep_alive);
  if (sent && !keep_alive) co_await close_gently();
  co_return sent&& keep_alive ? next::go_on : next::end;
}

} // namespace foyer::http
