#pragma once

#include "actors/mailer/ports.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace foyer::storage {

struct outbox_options {
  std::string url; // connection string or URI of libpq
  std::chrono::milliseconds connect_deadline{5'000};
  std::chrono::milliseconds statement_deadline{15'000};
  /// How long links are good: one that aged in the queue is good that long again when its mail is sent.
  std::vector<std::pair<token_purpose, std::chrono::milliseconds>> links = {};
  /// No mail is put off or leased for longer. One that seems to be was so before the database's clock was set
  /// back.
  std::chrono::milliseconds wait_max{std::chrono::hours{2}};
  /// Told why the database could not be asked, once per series of failures.
  std::function<void(std::string_view)> log = {};
};

/// The table `outbox` over a blocking connection of its own, opened at the first exchange and again after a
/// failure. Rows are claimed with FOR UPDATE SKIP LOCKED, so any number of pools and processes may share the
/// table; leases are measured by the database's clock alone.
std::unique_ptr<mailer::outbox> create_outbox(outbox_options);

} // namespace foyer::storage
