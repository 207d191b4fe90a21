#pragma once

#include "actors/mailer/pool.hpp"
#include "cli/parts.hpp"
#include "http/account_services.hpp"
#include "http/buyer/shop_routes.hpp"
#include "http/house_services.hpp"
#include "http/metrics.hpp"
#include "http/public/space_routes.hpp"
#include "http/router.hpp"
#include "http/session.hpp"
#include "http/staff/office_services.hpp"
#include "http/staff/order_routes.hpp"
#include "mail/mailbox.hpp"

#include <memory>
#include <string>
#include <vector>

namespace foyer::cli {

/// The table of all routes over the parts, and what the routes need beside them.
struct routes {
  /// `mailbox`: of the demonstration's /dev/mail; null without.
  routes(parts& with, std::shared_ptr<mailer::mailbox> mailbox, campaign::queue& campaigns);

  http::router router;
  http::metrics metrics;
  http::site site;
  std::unique_ptr<http::throttle> throttle;
  http::gate_services gate;
  http::account_services accounts;
  http::house_services house;
  http::space_services space;
  http::buyer::shop_services shop;
  http::staff::order_services orders;
  http::staff::office_services office;
};

/// Figures of the parts for /metrics.
void add_metrics(http::metrics& to, parts& with, mailer::pool& mailers);

/// server.allowed_hosts, or the host of server.public_url.
std::vector<std::string> allowed_hosts_of(const config::settings& from);

} // namespace foyer::cli
