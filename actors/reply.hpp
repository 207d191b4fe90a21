#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace foyer {

/// The way back of a command: answered once, from any thread. When the last copy dies unanswered (its actor
/// crashed, was sent away, or forgot), the asker is told `unavailable`, so that nobody waits for an answer
/// that can't come.
template <class T>
class reply {
public:
  using sink = std::function<void(outcome<T>)>;

  reply() = default;
  explicit reply(sink to) : state_(std::make_shared<state>(std::move(to))) {}

  /// The first answer counts; later ones are ignored.
  void operator()(outcome<T> answer) const {
    if (state_) state_->answer(std::move(answer));
  }

private:
  struct state {
    explicit state(sink to) : to_(std::move(to)) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() {
      if (to_) to_(errc::unavailable);
    }
    void answer(outcome<T> value) {
      if (auto to = std::exchange(to_, nullptr)) to(std::move(value));
    }
    sink to_;
  };

  std::shared_ptr<state> state_;
};

/// A command on its way to the actor that decides it. `Command::result` is what it answers.
template <class Command>
struct ask {
  Command command;
  reply<typename Command::result> back;
};

} // namespace foyer
