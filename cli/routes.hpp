#pragma once

#include "actors/mailer/pool.hpp"
#include "cli/parts.hpp"
#include "http/account_services.hpp"
#include "http/buyer/shop_routes.hpp"
#include "http/buyer/unpaid_order_routes.hpp"
#include "http/client_services.hpp"
#include "http/house_services.hpp"
#include "http/mail_services.hpp"
#include "http/metrics.hpp"
#include "http/news_routes.hpp"
#include "http/paper_services.hpp"
#include "http/public/space_routes.hpp"
#include "http/router.hpp"
#include "http/session.hpp"
#include "http/staff/import_routes.hpp"
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
  routes(parts& with, std::shared_ptr<mailer::mailbox> mailbox, campaign::queue& campaigns,
         imports::queue& importer);

  http::router router;
  http::metrics metrics;
  http::site site;
  std::unique_ptr<http::throttle> throttle;
  http::gate_services gate;
  http::account_services accounts;
  http::house_services house;
  http::space_services space;
  http::buyer::shop_services shop;
  http::buyer::unpaid_order_services unpaid_orders;
  http::staff::order_services orders;
  std::unique_ptr<mailer::previewer> previewer;
  http::staff::office_services office;
  http::mail_services mails;
  http::client_services clients;
  http::news_services news;
  http::staff::import_services imports;
  std::unique_ptr<papers::pool> paper_pool;
  http::paper_services papers;
};

/// Figures of the parts for /metrics.
void add_metrics(http::metrics& to, parts& with, mailer::pool& mailers);

/// server.allowed_hosts, or the host of server.public_url.
std::vector<std::string> allowed_hosts_of(const config::settings& from);

} // namespace foyer::cli
