#pragma once

#include "config/settings.hpp"

namespace foyer::cli {

/// The settings with real ports where they ask for a free one (port 0 of server.listen and
/// server.metrics_listen), also in server.public_url: links in mails and allowed hosts are made of it long
/// before the port opens. Somebody else may take the port in between; then it can't be opened, and the server
/// says so. Throws std::runtime_error when there is none.
config::settings with_real_ports(config::settings of);

} // namespace foyer::cli
