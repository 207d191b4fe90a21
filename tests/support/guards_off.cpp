#include "actors/guards.hpp"

#include <cstdlib>
#include <cstring>

// In place of actors/guards.cpp: FOYER_GUARDS_OFF names the guards that are off, such as "funds,keys".

namespace foyer::guards {
namespace {

bool on(const char* name) noexcept {
  const char* off = std::getenv("FOYER_GUARDS_OFF");
  return off == nullptr || std::strstr(off, name) == nullptr;
}

} // namespace

bool funds() noexcept {
  static const bool here = on("funds");
  return here;
}
bool places() noexcept {
  static const bool here = on("places");
  return here;
}
bool merges() noexcept {
  static const bool here = on("merges");
  return here;
}
bool keys() noexcept {
  static const bool here = on("keys");
  return here;
}

} // namespace foyer::guards
