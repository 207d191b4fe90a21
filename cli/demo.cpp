#include "cli/demo.hpp"

#include "demo/load.hpp"
#include "demo/people.hpp"
#include "demo/programme.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>

namespace foyer::cli {
namespace {

namespace asio = boost::asio;

void tell(const demo::report& what, std::int64_t seed, std::chrono::milliseconds took) {
  switch (what.became) {
  case demo::report::state::loaded:
    spdlog::info("demonstration loaded in {} ms: {} households, {} offers, {} orders (seed {})", took.count(),
                 what.households, what.offers, what.orders, seed);
    return;
  case demo::report::state::there: spdlog::info("the demonstration is there (seed {})", seed); return;
  case demo::report::state::foreign:
    spdlog::warn("the organisation {} is not the demonstration of seed {}: it is left as it is",
                 demo::demo_slug, seed);
    return;
  }
}

asio::awaitable<void> run(demo::services& through, std::uint64_t seed,
                          std::optional<outcome<demo::report>>& result) {
  auto became = co_await demo::load(through, seed);
  result = std::move(became);
}

std::string sentence_of(const refusal& why) {
  std::string out = "the demonstration could not be loaded: ";
  out += to_string(why.code);
  if (!why.detail.empty()) out += ": " + why.detail;
  return out;
}

} // namespace

void load_demo(parts& with) {
  const auto seed = with.settings.data.demo_seed;
  const auto begun = std::chrono::steady_clock::now();
  spdlog::info("demonstration: seed {}", seed);
  bool stop = false;
  demo::services through{*with.organisations, with.checkout, *with.hashes, with.clock, stop};
  std::optional<outcome<demo::report>> result;
  std::exception_ptr thrown;
  asio::signal_set signals{with.io, SIGTERM, SIGINT};
  signals.async_wait([&stop](boost::system::error_code failed, int) { stop = stop || !failed; });
  bool ended = false;
  asio::co_spawn(asio::make_strand(with.io), run(through, static_cast<std::uint64_t>(seed), result),
                 [&](std::exception_ptr what) {
                   thrown = std::move(what);
                   ended = true;
                 });
  while (!ended) {
    with.io.run_one();
    if (with.io.stopped()) with.io.restart();
  }
  // The wait's handler refers to this frame: let it end here.
  signals.cancel();
  with.io.poll();
  if (with.io.stopped()) with.io.restart();
  if (thrown) std::rethrow_exception(thrown);
  if (stop && !*result)
    throw std::runtime_error{"stopped while the demonstration was loaded; the next start goes on with it"};
  if (!*result) throw std::runtime_error{sentence_of(result->error())};
  tell(**result, seed,
       std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun));
}

http::front_page front_page_of(const config::settings& settings) {
  http::front_page page;
  page.version = FOYER_VERSION;
  page.public_url = settings.server.public_url;
  if (!settings.data.demo) return page;
  page.organisation = demo::demo_slug;
  page.logins = {{std::string{demo::buyer_email}, "buyer"},
                 {std::string{demo::box_office_email}, "box_office"},
                 {std::string{demo::administrator_email}, "administrator"}};
  page.password = demo::demo_password;
  page.mailbox = settings.mail.smtp_url.empty();
  return page;
}

std::string ready_text(const config::settings& settings) {
  const auto& url = settings.server.public_url;
  std::string out = "\nFoyer is ready at " + url + "\n";
  if (!settings.data.demo) return out;
  out += "\n  What to try          " + url + "/\n";
  if (settings.mail.smtp_url.empty()) out += "  The mails it sends   " + url + "/dev/mail\n";
  out += "  Its interface        " + url + "/api/openapi.json\n\n";
  out += "  Logins, all with the password " + std::string{demo::demo_password} + "\n";
  out += "    " + std::string{demo::administrator_email} + "     administrator\n";
  out += "    " + std::string{demo::box_office_email} + "   box office\n";
  out += "    " + std::string{demo::buyer_email} + "    a buyer with a family, tickets and 120.00 EUR\n\n";
  return out + "Stop it with Ctrl-C.\n";
}

} // namespace foyer::cli
