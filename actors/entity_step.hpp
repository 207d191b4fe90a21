#pragma once

#include "actors/commit.hpp"

namespace foyer {

/// What a decision leads to: the state afterwards, the answer, and the rows that make it durable. With
/// `durable` false it changes memory alone (a place held) and is answered at once.
template <class State, class Result>
struct step {
  State next;
  Result result;
  commit rows;
  bool durable = true;
  bool reload = false; // memory can't be trusted any more: the state is read again before the next command
};

} // namespace foyer
