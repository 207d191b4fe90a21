#pragma once

namespace foyer::guards {

// The rules whose absence the race tests must notice. In the program all are on, for good
// (actors/guards.cpp); the tests link another file in its place (tests/support/guards_off.cpp) to show that
// they fail without them.

/// W3: a wallet is not taken below its limit.
bool funds() noexcept;
/// O3: places are not sold beyond the capacity.
bool places() noexcept;
/// H9: nothing happens in a wallet whose household was merged into another, and none is emptied of what is held.
bool merges() noexcept;
/// W5: an idempotency key works once.
bool keys() noexcept;

} // namespace foyer::guards
