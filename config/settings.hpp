#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace foyer::config {

/// Every duration of the configuration, written `250ms`, `90s`, `15m`, `24h` or `14d`.
using duration = std::chrono::milliseconds;

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

enum class starttls_mode { required, opportunistic, off };
enum class log_level { debug, info, warn, error };
enum class log_format { text, json };

struct server_settings {
  std::string listen = "127.0.0.1:8080";
  std::string public_url = "http://127.0.0.1:8080"; ///< never with a slash at its end once loaded
  std::vector<std::string> allowed_hosts;           ///< empty: the host of public_url, and loopback names
  std::string metrics_listen = "127.0.0.1:9180";    ///< empty: no metrics
  std::string tls_certificate;
  std::string tls_key;
  std::vector<std::string> trusted_proxies;
  std::int64_t threads = 0; ///< 0: one per core
  duration drain_deadline = 30s;
  bool accept_earlier_clock = false; ///< at start, though the database has seen a later time
};

/// Limits and total deadlines of the HTTP server (QUALITY.md, "limits").
struct http_settings {
  std::int64_t header_bytes_max = 8 * 1024;
  std::int64_t header_fields_max = 64;
  std::int64_t target_bytes_max = 4 * 1024;
  std::int64_t body_bytes_max = 64 * 1024;
  std::int64_t import_bytes_max = 20 * 1024 * 1024;
  std::int64_t json_depth_max = 32;
  duration tls_deadline = 10s;
  duration header_deadline = 10s;
  duration body_deadline = 30s;
  duration handler_deadline = 15s;
  duration write_deadline = 30s;
  duration keep_alive_idle = 60s;
  std::int64_t connections_max = 10'000;
  std::int64_t connections_per_address_max = 512;
  std::int64_t in_flight_max = 1'024; ///< requests in handlers
};

struct database_settings {
  std::string url; ///< empty: a private PostgreSQL in data.dir
  std::int64_t journal_connections = 1;
  std::int64_t read_connections = 4;
  std::int64_t read_queue_max = 1'024;
  duration connect_deadline = 5s;
  duration statement_deadline = 15s;
  duration reconnect_max = 2s;
  std::int64_t shared_buffers_mib = 0; ///< of the private PostgreSQL only; 0: a quarter of the memory
  duration start_deadline = 60s;       ///< of the private PostgreSQL only
};

struct journal_settings {
  std::int64_t queue_max = 10'000;
  std::int64_t batch_max = 64;
};

struct data_settings {
  std::string dir = "./data";
  bool demo = false;
  std::int64_t demo_seed = 2026; ///< other names and orders
};

struct mail_settings {
  std::string smtp_url; ///< empty: files in data.dir/mail
  std::string from = "Foyer <no-reply@localhost>";
  starttls_mode starttls = starttls_mode::required;
  std::int64_t workers = 4;
  std::int64_t rate_per_second = 50;
  std::int64_t bulk_rate_per_second =
      30;                   ///< of those; below it, so that other mails never wait behind a campaign
  bool dev_mailbox = false; ///< the demonstration has it in any case
  std::string dkim_domain;
  std::string dkim_selector;
  std::string dkim_key;
  std::string bounce_address; ///< where returned mails go to; empty: the address of from
  std::string bounce_secret;  ///< of who hands returned mails in over HTTP; empty: nobody
  duration retry_for = 48h;
  duration retry_first = 30s;
  duration retry_max = 1h;
  duration lease = 5min;
  std::int64_t claim_max = 32;
  duration connect_deadline = 20s;
  duration send_deadline = 60s;
  duration stop_deadline = 10s;
};

struct accounts_settings {
  duration confirmation_link = 24h;
  duration unconfirmed_removed_after = 48h;
  duration reminder_after = 24h;
  duration password_reset_link = 1h;
  duration invitation_link = 14 * 24h;
  duration email_change_link = 24h;
  duration email_change_undo = 7 * 24h;
  duration space_code = 15min;
  std::int64_t code_tries = 5;
};

struct orders_settings {
  duration card_expires_after = 15min;
  duration counter_expires_after = 48h; ///< cash, cheque
  duration bank_transfer_expires_after = 7 * 24h;
  std::int64_t guest_places_max = 20;   ///< of one order of a guest
  std::int64_t unpaid_places_max = 100; ///< of one buyer's orders that await payment, together
  duration idempotency_kept_for = 24h;
};

struct actors_settings {
  duration idle_after = 10min;
  std::int64_t live_limit = 200'000;
  std::int64_t queue_max = 4'096;
};

struct sessions_settings {
  duration buyer_idle = 30min;
  duration buyer_absolute = 12h;
  duration remembered = 30 * 24h;
  duration staff_idle = 30min;
  duration staff_absolute = 12h;
  duration password_asked_after = 10min;
};

struct ledger_settings {
  std::string checkpoint_dir; ///< empty: data.dir/checkpoints
  duration checkpoint_after_start = 1min;
  duration checkpoint_every = 24h;
  std::int64_t checkpoints_kept = 35; ///< files, one a day; 0: all
};

struct security_settings {
  std::string secret_file; ///< empty: data.dir/secret
  bool throttling = true;
  std::int64_t argon2_memory_kib = 19'456;
  std::int64_t argon2_iterations = 2;
  std::int64_t hash_threads = 0; ///< 0: one per core but one
  std::int64_t hash_queue = 64;
  std::int64_t password_min = 12;
  std::int64_t password_min_staff = 15;
  std::int64_t password_max = 128;
};

/// Numbers of QUALITY.md, "throttling"; security.throttling turns all of them off.
struct throttle_settings {
  std::int64_t account_free_failures = 5;
  duration account_delay_first = 1s;
  duration account_delay_max = 15min;
  std::int64_t address_failures = 20;
  duration address_window = 10min;
  std::int64_t registrations = 5;
  duration registration_window = 1h;
  std::int64_t mails = 3;
  std::int64_t mail_requests = 20;
  duration mail_window = 1h;
  std::int64_t space_attempts = 5;
  duration space_window = 15min;
  std::int64_t guest_places = 60;
  std::int64_t guest_orders = 10;
  duration guest_window = 1h;
  /// Keys of each of eleven counters; some 160 bytes each, so that a flood of all of them takes 90 MiB.
  std::int64_t tracked_max = 50'000;
};

struct log_settings {
  log_level level = log_level::info;
  log_format format = log_format::text;
};

/// The whole configuration with its defaults. Plain data, read-only once loaded, so any thread may read it.
/// config/schema.cpp names every member; config/load.hpp fills it.
struct settings {
  server_settings server;
  http_settings http;
  database_settings database;
  journal_settings journal;
  data_settings data;
  mail_settings mail;
  accounts_settings accounts;
  orders_settings orders;
  actors_settings actors;
  sessions_settings sessions;
  ledger_settings ledger;
  security_settings security;
  throttle_settings throttle;
  log_settings log;

  /// Folders and files whose key is empty lie in data.dir.
  std::filesystem::path data_dir() const { return data.dir; }
  std::filesystem::path mail_dir() const { return data_dir() / "mail"; }
  std::filesystem::path postgresql_dir() const { return data_dir() / "postgresql"; }
  std::filesystem::path checkpoint_dir() const {
    if (ledger.checkpoint_dir.empty()) return data_dir() / "checkpoints";
    return ledger.checkpoint_dir;
  }
  std::filesystem::path secret_file() const {
    if (security.secret_file.empty()) return data_dir() / "secret";
    return security.secret_file;
  }
};

} // namespace foyer::config
