#include "actors/guards.hpp"

namespace foyer::guards {

bool funds() noexcept {
  return true;
}
bool places() noexcept {
  return true;
}
bool merges() noexcept {
  return true;
}
bool keys() noexcept {
  return true;
}

} // namespace foyer::guards
