#pragma once

#include "config/settings.hpp"

namespace foyer::cli {

/// Makes the process's log as [log] says: lines on standard error, as text or as one JSON object each.
void start_log(const config::log_settings& settings);

} // namespace foyer::cli
