#include "cli/workroom.hpp"

#include "storage/clock_mark.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <future>

namespace foyer::cli {
namespace {

constexpr std::chrono::milliseconds look_every{5};

} // namespace

workroom::workroom(const config::settings& settings, const std::string& url)
    : settings_(settings), busy_(io_.get_executor()),
      reads(storage::pg::create_read_pool(io_, settings, url)),
      journal(storage::create_journal(io_, settings, url, {})), load(reads),
      organisations(organisation::create_registry(*load.organisations, *journal, clock)) {
  // Connections are no news here.
  spdlog::set_level(spdlog::level::warn);
  if (const auto seen = storage::read_clock_mark(url); seen && *seen) clock.begin_at(**seen);
  thread_ = std::thread{[this] { io_.run(); }};
}

workroom::~workroom() {
  std::promise<void> written;
  journal->drain([&written] { written.set_value(); });
  (void)written.get_future().wait_for(settings_.database.statement_deadline);
  journal->close();
  reads->close();
  busy_.reset();
  io_.stop();
  thread_.join();
}

outcome<done> workroom::connect() {
  const auto until = std::chrono::steady_clock::now() + settings_.database.start_deadline;
  while (!journal->ready() || !reads->ready()) {
    if (std::chrono::steady_clock::now() > until)
      return refusal{errc::unavailable, "the database does not answer"};
    (void)waits.sleep(look_every, false);
  }
  return done{};
}

outcome<organisation::snapshot_ptr> workroom::find_organisation(const std::string& slug) {
  using found = organisation::snapshot_ptr;
  auto there =
      waits.for_answer<found>([&](auto back) { organisations->fetch(slug, reply<found>{std::move(back)}); });
  if (!there && there.error().code == errc::not_found)
    return refusal{errc::not_found, "there is no organisation " + slug};
  if (!there) return refusal{there.error().code, "the database can't be read"};
  return there;
}

outcome<done> workroom::write(commit rows) {
  const auto told = waits.for_commit(*journal, std::move(rows));
  if (told.status == commit_status::committed) return done{};
  return refusal{errc::unavailable, "the database refuses to write: " + told.constraint + told.detail};
}

} // namespace foyer::cli
