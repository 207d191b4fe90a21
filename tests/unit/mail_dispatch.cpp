#include "actors/mailer/dispatch.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace foyer;
using namespace foyer::mailer;
using namespace std::chrono_literals;

namespace {

queued_mail mail_with(mail_priority priority, std::uint8_t number, int attempt = 1, milliseconds age = 0ms) {
  queued_mail out;
  out.id.value.bytes[15] = number;
  out.priority = priority;
  out.attempt = attempt;
  out.age = age;
  return out;
}

/// Drives the machine by hand, with a clock that stands still unless told.
struct bench {
  explicit bench(dispatch_options options = {}) : machine(options, 1) {}

  dispatch machine;
  dispatch::time_point now{std::chrono::hours{1}};

  dispatch::action next() { return machine.next(now); }
  dispatch::exchange exchange() {
    auto action = next();
    REQUIRE(std::holds_alternative<dispatch::exchange>(action));
    return std::get<dispatch::exchange>(action);
  }
  dispatch::hand_over hand_over() {
    auto action = next();
    REQUIRE(std::holds_alternative<dispatch::hand_over>(action));
    return std::get<dispatch::hand_over>(action);
  }
  dispatch::time_point wait() {
    auto action = next();
    REQUIRE(std::holds_alternative<dispatch::wait>(action));
    return std::get<dispatch::wait>(action).until;
  }
  void give(std::vector<queued_mail> mails, std::optional<milliseconds> due = std::nullopt) {
    machine.exchanged(std::move(mails), due, now);
  }
};

dispatch_options options_with(int workers, double rate = 0) {
  dispatch_options out;
  out.workers = workers;
  out.rate_per_second = rate;
  return out;
}

int number_of(const queued_mail& mail) {
  return mail.id.value.bytes[15];
}

} // namespace

TEST_CASE("M1 retries back off exponentially with jitter until retry_for") {
  std::mt19937_64 random(3);
  const retry_options options{30s, 1h, 48h};
  std::map<int, milliseconds> expected{{1, 30s}, {2, 60s}, {3, 120s}, {7, 1920s}, {8, 3600s}, {40, 3600s}};
  for (const auto& [attempt, centre] : expected) {
    for (int i = 0; i < 50; ++i) {
      const auto delay = retry_delay(options, attempt, 0ms, random);
      REQUIRE(delay);
      CHECK(*delay >= centre * 8 / 10);
      CHECK(*delay <= centre * 12 / 10);
    }
  }
  // The last try is at the end of the two days, not before and not after.
  CHECK(retry_delay(options, 60, 48h - 1min, random) == milliseconds{60'000});
  CHECK_FALSE(retry_delay(options, 60, 48h, random));
}

TEST_CASE("M1 mails leave at the configured rate") {
  pacer steady(50);
  pacer::time_point now{std::chrono::hours{1}};
  int sent = 0;
  for (const auto end = now + 10s; now < end;) {
    const auto at = steady.next(now);
    if (at > now) {
      now = at;
      continue;
    }
    steady.take(now);
    ++sent;
  }
  CHECK(sent >= 500);
  CHECK(sent <= 506);
}

TEST_CASE("M1 security mails go first, also before what was claimed earlier") {
  bench b(options_with(1));
  CHECK(b.exchange().claim_max == 32);
  b.give({mail_with(mail_priority::bulk, 1), mail_with(mail_priority::order, 2),
          mail_with(mail_priority::bulk, 3)});
  CHECK(number_of(b.hand_over().mail) == 2);
  b.machine.woken();
  CHECK(b.exchange().claim_max > 0);
  b.give({mail_with(mail_priority::security, 4)});
  b.machine.finished(0, {verdict::sent, {}}, b.now);
  CHECK(number_of(b.hand_over().mail) == 4);
  b.machine.finished(0, {verdict::sent, {}}, b.now);
  CHECK(number_of(b.hand_over().mail) == 1);
}

TEST_CASE("M1 a wake while claimed mails wait for their turn asks for what is more urgent") {
  auto options = options_with(1, 1);
  options.claim_max = 4;
  bench b(options);
  b.exchange();
  std::vector<queued_mail> orders;
  for (std::uint8_t i = 0; i < 4; ++i) orders.push_back(mail_with(mail_priority::order, i));
  b.give(orders);
  b.hand_over();
  b.machine.woken();
  CHECK(b.exchange().claim_max == 1);
  b.give({mail_with(mail_priority::security, 9)});
  b.machine.finished(0, {verdict::sent, {}}, b.now);
  b.exchange();
  b.give({});
  // The rate is one a second.
  const auto turn = b.wait();
  CHECK(turn - b.now <= 1001ms);
  b.now += 1001ms;
  CHECK(number_of(b.hand_over().mail) == 9);
}

TEST_CASE("M1 each worker has one mail in hand") {
  bench b(options_with(2));
  b.exchange();
  b.give({mail_with(mail_priority::order, 1), mail_with(mail_priority::order, 2),
          mail_with(mail_priority::order, 3)});
  const auto first = b.hand_over();
  const auto second = b.hand_over();
  CHECK(first.worker != second.worker);
  b.wait();
  CHECK(b.machine.in_hand() == 2);
  b.machine.finished(second.worker, {verdict::sent, {}}, b.now);
  CHECK(b.hand_over().worker == second.worker);
}

TEST_CASE("M1 outcomes are booked together: sent, put off, failed") {
  bench b(options_with(3));
  b.exchange();
  b.give({mail_with(mail_priority::order, 1), mail_with(mail_priority::order, 2, 3),
          mail_with(mail_priority::order, 3)});
  for (int i = 0; i < 3; ++i) {
    const auto given = b.hand_over();
    const auto number = number_of(given.mail);
    const auto v = number == 1 ? verdict::sent : number == 2 ? verdict::try_later : verdict::refused;
    b.machine.finished(given.worker, {v, "because"}, b.now);
  }
  const auto asked = b.exchange();
  REQUIRE(asked.settlements.size() == 3);
  for (const auto& each : asked.settlements) {
    const auto number = each.id.value.bytes[15];
    if (number == 1) CHECK(each.what == settlement::kind::sent);
    if (number == 2) {
      CHECK(each.what == settlement::kind::retry);
      CHECK(each.attempt == 3);
      CHECK(each.retry_in >= 96s);
    }
    if (number == 3) CHECK(each.what == settlement::kind::failed);
  }
}

TEST_CASE("M1 what could not be booked is booked when the database is back") {
  bench b(options_with(1));
  b.exchange();
  b.give({mail_with(mail_priority::order, 1)});
  b.hand_over();
  b.machine.finished(0, {verdict::sent, {}}, b.now);
  CHECK(b.exchange().settlements.size() == 1);
  b.machine.exchanged(std::nullopt, std::nullopt, b.now);
  const auto until = b.wait();
  CHECK(until > b.now);
  CHECK(until <= b.now + 1s);
  b.now = until;
  CHECK(b.exchange().settlements.size() == 1);
  b.give({});
  b.wait();
}

TEST_CASE("M1 while the transport is down one mail at a time tries, and its attempt costs no long delay") {
  bench b(options_with(4));
  b.exchange();
  std::vector<queued_mail> mails;
  for (std::uint8_t i = 0; i < 6; ++i) mails.push_back(mail_with(mail_priority::order, i, 9));
  b.give(mails);
  std::vector<int> workers;
  for (int i = 0; i < 4; ++i) workers.push_back(b.hand_over().worker);
  for (int worker : workers) b.machine.finished(worker, {verdict::transport_down, "no connection"}, b.now);
  CHECK(b.machine.transport_down());
  const auto booked = b.exchange();
  CHECK(booked.claim_max == 0);
  REQUIRE(booked.settlements.size() == 4);
  for (const auto& each : booked.settlements) {
    CHECK(each.what == settlement::kind::retry);
    CHECK(each.retry_in <= 1300ms);
  }
  b.give({});
  const auto rest = b.wait();
  CHECK(rest >= b.now + 800ms);
  b.now = rest;
  const auto probe = b.hand_over();
  // Others wait for what the one finds out.
  for (;;) {
    auto action = b.next();
    REQUIRE_FALSE(std::holds_alternative<dispatch::hand_over>(action));
    if (std::holds_alternative<dispatch::wait>(action)) break;
    b.give({});
  }
  b.machine.finished(probe.worker, {verdict::sent, {}}, b.now);
  CHECK_FALSE(b.machine.transport_down());
  b.hand_over();
}

TEST_CASE("M1 after two days a mail fails for good") {
  bench b(options_with(1));
  b.exchange();
  b.give({mail_with(mail_priority::order, 1, 60, 48h)});
  b.hand_over();
  CHECK(b.machine.finished(0, {verdict::try_later, "451"}, b.now) == settlement::kind::failed);
}

TEST_CASE("M1 a mail whose lease would end on the way is given back untried") {
  auto options = options_with(1);
  bench b(options);
  b.exchange();
  b.give({mail_with(mail_priority::order, 1), mail_with(mail_priority::order, 2)});
  b.hand_over();
  b.now += options.lease - options.send_deadline;
  const auto asked = b.exchange();
  REQUIRE(asked.settlements.size() == 1);
  CHECK(asked.settlements[0].what == settlement::kind::released);
}

TEST_CASE("M1 the lease counts from when it was asked for, however long the answer is on its way") {
  auto options = options_with(1);
  bench b(options);
  b.exchange();
  b.now += options.lease - options.send_deadline;
  b.give({mail_with(mail_priority::order, 1)});
  const auto asked = b.exchange();
  REQUIRE(asked.settlements.size() == 1);
  CHECK(asked.settlements[0].what == settlement::kind::released);
}

TEST_CASE("M1 stopping finishes what is in hand, books it and gives the rest back") {
  bench b(options_with(1));
  b.exchange();
  b.give({mail_with(mail_priority::order, 1), mail_with(mail_priority::order, 2)});
  b.hand_over();
  b.machine.stop();
  b.wait();
  b.machine.finished(0, {verdict::sent, {}}, b.now);
  const auto asked = b.exchange();
  CHECK(asked.claim_max == 0);
  CHECK(asked.settlements.size() == 2);
  b.give({});
  CHECK(std::holds_alternative<dispatch::ended>(b.next()));
}

TEST_CASE("M1 stopping does not wait for a database that is gone") {
  bench b(options_with(1));
  b.exchange();
  b.give({mail_with(mail_priority::order, 1)});
  b.hand_over();
  b.machine.stop();
  b.machine.finished(0, {verdict::sent, {}}, b.now);
  b.exchange();
  b.machine.exchanged(std::nullopt, std::nullopt, b.now);
  CHECK(std::holds_alternative<dispatch::ended>(b.next()));
}

TEST_CASE("M1 the outbox is looked at again when its next row is due, at once after a full claim, else at "
          "intervals") {
  auto options = options_with(2);
  options.claim_max = 2;
  bench b(options);
  b.exchange();
  b.give({}, 700ms);
  CHECK(b.wait() == b.now + 700ms);
  b.now += 700ms;
  b.exchange();
  b.give({mail_with(mail_priority::order, 1), mail_with(mail_priority::order, 2)});
  b.hand_over();
  b.hand_over();
  b.exchange();
  b.give({});
  CHECK(b.wait() == b.now + options.poll);
}

TEST_CASE("I4 a campaign leaves at its own rate, and other mails pass it") {
  auto options = options_with(4);
  options.bulk_rate_per_second = 1;
  bench b(options);
  b.exchange();
  b.give({mail_with(mail_priority::bulk, 1), mail_with(mail_priority::bulk, 2),
          mail_with(mail_priority::order, 3), mail_with(mail_priority::order, 4)});
  CHECK(number_of(b.hand_over().mail) == 3);
  CHECK(number_of(b.hand_over().mail) == 4);
  CHECK(number_of(b.hand_over().mail) == 1);
  // The second of the campaign waits for its second, although a worker is free.
  const auto until = b.wait();
  CHECK(until > b.now);
  CHECK(until <= b.now + 1s + 1ms);
  b.now += 1s;
  CHECK(number_of(b.hand_over().mail) == 2);
}
