#pragma once

#include "cli/parts.hpp"
#include "config/settings.hpp"
#include "http/public/front_page.hpp"

#include <string>

namespace foyer::cli {

/// Loads the demonstration, or what an interrupted start has left out, and returns when it is complete: a few
/// seconds the first time. Runs `with.io` on this thread meanwhile; call it before the port opens. Throws
/// std::runtime_error with a sentence for the operator, also after SIGTERM or SIGINT.
void load_demo(parts& with);

/// The page at /; in demonstration mode with the logins.
http::front_page front_page_of(const config::settings& settings);

/// What to open, for standard output once the server is ready; in demonstration mode with the logins.
std::string ready_text(const config::settings& settings);

} // namespace foyer::cli
