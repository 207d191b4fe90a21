#include "http/idempotency.hpp"
#include "http/server/guard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <map>

using namespace foyer;
namespace asio = boost::asio;

namespace {

// The rows that commits would have written.
class rows final : public order::answers {
public:
  void find_answer(const uuid& key, std::function<void(outcome<order::stored_answer>)> done) override {
    ++asked;
    done(stored.contains(key) ? stored[key] : order::stored_answer{});
  }
  std::map<uuid, order::stored_answer> stored;
  int asked = 0;
};

struct desk {
  rows database;
  system_clock_source clock;
  organisation::snapshot_ptr theatre = std::make_shared<organisation::snapshot>();
  std::unique_ptr<http::idempotency> keys = http::create_idempotency(database, clock);
  int done = 0;
  std::optional<refusal> refuse;
  http::idempotency::recall again;
  asio::io_context io;
  // Set: commands wait for it.
  std::shared_ptr<asio::steady_timer> gate;

  http::idempotency::command command() {
    return [this](idempotency_row row) -> asio::awaitable<outcome<std::string>> {
      if (gate) {
        boost::system::error_code ended;
        co_await gate->async_wait(asio::redirect_error(asio::use_awaitable, ended));
      }
      if (refuse) co_return *refuse;
      if (database.stored.contains(row.id)) co_return refusal{errc::conflict, "idempotency_pkey"};
      ++done;
      row.answer = "{\"entry\":" + std::to_string(done) + "}";
      database.stored[row.id] = {row.request_hash, row.status, row.answer};
      co_return row.answer;
    };
  }

  // Starts a request; its answer comes as soon as io runs.
  std::shared_ptr<std::optional<http::response>> send(const std::string& key, std::string body = "{}",
                                                      std::string principal = "account:1") {
    auto answer = std::make_shared<std::optional<http::response>>();
    const auto head = "POST /entries HTTP/1.1\r\n" + (key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
    std::shared_ptr<http::request> in = http::make_request(head, std::move(body));
    asio::co_spawn(
        io,
        [this, in, principal, answer]() -> asio::awaitable<void> {
          *answer = co_await keys->once(*in, theatre, principal, command(), again);
        },
        asio::detached);
    return answer;
  }
  http::response answer_of(const std::string& key, std::string body = "{}",
                           std::string principal = "account:1") {
    const auto answer = send(key, std::move(body), std::move(principal));
    io.restart();
    io.run();
    return answer->value();
  }
};

bool is_replay(const http::response& answer) {
  for (const auto& [name, value] : answer.headers)
    if (name == "Idempotency-Replayed") return value == "true";
  return false;
}

} // namespace

TEST_CASE("W5 the same key gives the same answer and moves money once") {
  desk here;
  const auto first = here.answer_of("k1");
  const auto second = here.answer_of("k1");
  CHECK(first.status == 201);
  CHECK_FALSE(is_replay(first));
  CHECK(second.status == 201);
  CHECK(is_replay(second));
  CHECK(second.body == first.body);
  CHECK(here.done == 1);
  CHECK(here.database.asked == 0); // from memory
}

TEST_CASE("W5 another body with the key is an error") {
  desk here;
  here.answer_of("k1", "{\"a\":1}");
  const auto other = here.answer_of("k1", "{\"a\":2}");
  CHECK(other.status == 422);
  CHECK(other.body.find("idempotency_key_reused") != std::string::npos);
  CHECK(here.done == 1);
}

TEST_CASE("W5 a key belongs to one principal") {
  desk here;
  here.answer_of("k1", "{}", "account:1");
  CHECK_FALSE(is_replay(here.answer_of("k1", "{}", "account:2")));
  CHECK(here.done == 2);
}

TEST_CASE("W5 a key that is missing or not printable is refused") {
  desk here;
  CHECK(here.answer_of("").status == 400);
  CHECK(here.answer_of(std::string(256, 'k')).status == 400);
  CHECK(here.answer_of("caf\xC3\xA9").status == 400);
  CHECK(here.answer_of(std::string(255, 'k')).status == 201);
}

TEST_CASE("W5 while the first is under way a repeat is told so, and gets the answer later") {
  desk here;
  here.gate = std::make_shared<asio::steady_timer>(here.io, asio::steady_timer::time_point::max());
  const auto first = here.send("k1");
  const auto second = here.send("k1");
  const auto third = here.send("k1", "{\"other\":1}");
  here.io.poll();
  REQUIRE(second->has_value());
  CHECK((*second)->status == 409);
  CHECK((*second)->body.find("idempotency_in_progress") != std::string::npos);
  REQUIRE(third->has_value());
  CHECK((*third)->status == 422);
  CHECK_FALSE(first->has_value());
  here.gate->cancel();
  here.io.restart();
  here.io.run();
  CHECK((*first)->status == 201);
  here.gate.reset();
  CHECK(is_replay(here.answer_of("k1")));
  CHECK(here.done == 1);
}

TEST_CASE("W5 a refusal is not kept, and the key is free again") {
  desk here;
  here.refuse = refusal{errc::insufficient_funds};
  CHECK(here.answer_of("k1").status == 409);
  here.refuse.reset();
  CHECK(here.answer_of("k1").status == 201);
  CHECK(here.done == 1);
}

TEST_CASE("W5 after a restart the stored answer is replayed, whatever refuses the repeat") {
  desk here;
  const auto first = here.answer_of("k1");
  here.keys = http::create_idempotency(here.database, here.clock);
  SECTION("the row in the database") {}
  SECTION("the money that the first request took") {
    here.refuse = refusal{errc::insufficient_funds};
  }
  const auto repeat = here.answer_of("k1");
  CHECK(repeat.status == 201);
  CHECK(is_replay(repeat));
  CHECK(repeat.body == first.body);
  CHECK(here.answer_of("k1", "{\"other\":1}").status == 422);
  CHECK(here.done == 1);
}

TEST_CASE("W5 a command that keeps less than its answer makes it again") {
  desk here;
  const auto first = here.answer_of("k1");
  here.keys = http::create_idempotency(here.database, here.clock);
  here.again = [](order::stored_answer kept) -> asio::awaitable<outcome<std::string>> {
    co_return kept.answer + "!";
  };
  const auto repeat = here.answer_of("k1");
  CHECK(repeat.body == first.body + "!");
  CHECK(here.answer_of("k1").body == repeat.body); // from memory now
  here.keys = http::create_idempotency(here.database, here.clock);
  here.again = [](order::stored_answer) -> asio::awaitable<outcome<std::string>> {
    co_return errc::unavailable;
  };
  CHECK(here.answer_of("k1").status == 503);
  CHECK(here.done == 1);
}

TEST_CASE("W5 memory keeps an answer no longer than the database does") {
  struct set_clock final : clock_source {
    time_point at{std::chrono::hours{1000}};
    [[nodiscard]] time_point now() const override { return at; }
  } clock;
  desk here;
  here.keys = http::create_idempotency(here.database, clock);
  const auto first = here.answer_of("k1");
  clock.at += std::chrono::hours{24} - std::chrono::seconds{1};
  CHECK(is_replay(here.answer_of("k1")));
  here.database.stored.clear(); // as housekeeping does it
  CHECK(here.answer_of("k1").body == first.body);
  clock.at += std::chrono::seconds{1};
  const auto later = here.answer_of("k1");
  CHECK_FALSE(is_replay(later));
  CHECK(here.done == 2);
}

TEST_CASE("W5 more keys under way than the limit are answered 503") {
  desk here;
  here.keys = http::create_idempotency(here.database, here.clock, {.in_progress_max = 16});
  here.gate = std::make_shared<asio::steady_timer>(here.io, asio::steady_timer::time_point::max());
  std::vector<std::shared_ptr<std::optional<http::response>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(here.send("k" + std::to_string(i)));
  here.io.poll();
  int refused = 0;
  for (const auto& each : answers)
    if (*each) refused += (*each)->status == 503 ? 1 : 0;
  CHECK(refused >= 200 - 2 * 16);
  here.gate->cancel();
  here.io.restart();
  here.io.run();
  CHECK(here.done == 200 - refused);
}
