#pragma once

#include "actors/journal.hpp"

#include <functional>

namespace foyer {

/// Where the rows of a command go instead of to the journal: to the next of several actors that make one
/// commit together. `done` is told once what became of it; until then the command counts as a commit under
/// way. Whoever chains actors that wait for their commits must do so in one order everywhere
/// (actors/merge/merge.cpp).
using handing_on = std::function<void(commit rows, journal::callback done)>;

} // namespace foyer
