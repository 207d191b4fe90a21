#pragma once

#include "http/router.hpp"

namespace foyer::http {

/// A handler of a free coroutine `awaitable<response> f(Services&, request&)`; the services outlive the
/// router.
template <auto Handle, class Services>
handler bind(Services& with) {
  return [&with](request& in) { return Handle(with, in); };
}

} // namespace foyer::http
