#include "actors/mailer/dispatch.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

// QUALITY, "faults it survives": SMTP down for hours. The real dispatch in virtual time, over an outbox in
// memory.

using namespace foyer;
using namespace foyer::mailer;
using namespace std::chrono_literals;

namespace {

using time = dispatch::time_point;

struct row {
  mail_priority priority = mail_priority::order;
  time written;
  time due;
  int attempts = 0;
  bool sent = false;
  bool failed = false;
  time sent_at;
};

struct post {
  explicit post(dispatch_options options)
      : machine(options, 7), workers(static_cast<std::size_t>(options.workers)) {}

  dispatch machine;
  time now{1h};
  time down_from = time::max();
  time down_until = time::max();
  std::map<int, row> outbox;
  int connections_while_down = 0;

  struct work {
    int number = 0;
    time until;
    verdict what = verdict::sent;
  };
  std::vector<std::optional<work>> workers;

  void write(int number, mail_priority priority = mail_priority::order) {
    outbox[number] = {priority, now, now, 0, false, false, {}};
    machine.woken();
  }

  [[nodiscard]] std::size_t waiting() const {
    return static_cast<std::size_t>(std::count_if(outbox.begin(), outbox.end(), [](const auto& each) {
      return !each.second.sent && !each.second.failed;
    }));
  }

  void run_until(time end) {
    while (now < end) {
      auto action = machine.next(now);
      if (auto* given = std::get_if<dispatch::hand_over>(&action))
        start(*given);
      else if (auto* asked = std::get_if<dispatch::exchange>(&action))
        exchange(*asked);
      else
        advance(std::min(end, std::get<dispatch::wait>(action).until));
    }
  }

private:
  void start(const dispatch::hand_over& given) {
    const bool down = now >= down_from && now < down_until;
    connections_while_down += down ? 1 : 0;
    workers[static_cast<std::size_t>(given.worker)] = {number_of(given.mail), now + (down ? 2s : 50ms),
                                                       down ? verdict::transport_down : verdict::sent};
  }

  // To this time, or to when the first worker has done.
  void advance(time to) {
    std::size_t first = workers.size();
    for (std::size_t i = 0; i < workers.size(); ++i)
      if (workers[i] && workers[i]->until <= to) {
        to = workers[i]->until;
        first = i;
      }
    now = to;
    if (first == workers.size()) return;
    const auto done = *workers[first];
    workers[first].reset();
    if (done.what == verdict::sent) outbox[done.number].sent_at = now;
    machine.finished(static_cast<int>(first), {done.what, "the receiver is away"}, now);
  }

  void exchange(const dispatch::exchange& asked) {
    for (const auto& each : asked.settlements) book(each);
    std::vector<queued_mail> claimed;
    std::optional<milliseconds> next_due;
    for (auto priority : {mail_priority::security, mail_priority::order, mail_priority::bulk})
      for (auto& [number, each] : outbox) {
        if (each.priority != priority || each.sent || each.failed) continue;
        if (each.due > now) {
          const auto in = std::chrono::duration_cast<milliseconds>(each.due - now);
          next_due = std::min(next_due.value_or(in), in);
          continue;
        }
        if (static_cast<int>(claimed.size()) == asked.claim_max) continue;
        claimed.push_back(claim(number, each));
      }
    machine.exchanged(std::move(claimed), next_due, now);
  }

  queued_mail claim(int number, row& from) {
    from.due = now + 5min; // the lease
    queued_mail out;
    out.id.value.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    out.id.value.bytes[15] = static_cast<std::uint8_t>(number);
    out.priority = from.priority;
    out.attempt = ++from.attempts;
    out.age = std::chrono::duration_cast<milliseconds>(now - from.written);
    return out;
  }

  void book(const settlement& of) {
    auto& each = outbox.at(of.id.value.bytes[14] << 8 | of.id.value.bytes[15]);
    if (of.attempt != each.attempts) return;
    each.sent = of.what == settlement::kind::sent;
    each.failed = of.what == settlement::kind::failed;
    if (of.what == settlement::kind::released) --each.attempts;
    each.due = now + of.retry_in;
  }

  static int number_of(const queued_mail& of) { return of.id.value.bytes[14] << 8 | of.id.value.bytes[15]; }
};

dispatch_options unhurried() {
  dispatch_options out;
  out.rate_per_second = 0;
  return out;
}

} // namespace

TEST_CASE("M1 a receiver that is away for ten hours costs no mail, and is asked no more often than needed") {
  post office(unhurried());
  office.down_from = office.now;
  office.down_until = office.now + 10h;
  int number = 0;
  for (; number < 600; ++number) {
    office.write(number, number % 3 == 0 ? mail_priority::bulk : mail_priority::order);
    office.run_until(office.now + 1min);
  }
  CHECK(office.waiting() == 600);
  // One at a time, about every half a minute.
  CHECK(office.connections_while_down < 2'000);
  CHECK(office.connections_while_down > 600);
  office.run_until(office.down_until);
  office.write(number, mail_priority::security);
  const auto back = office.now;
  office.run_until(back + 5min);
  CHECK(office.waiting() == 0);
  CHECK(std::none_of(office.outbox.begin(), office.outbox.end(),
                     [](const auto& each) { return each.second.failed; }));
  // Who waits for a code waits for nobody else.
  CHECK(office.outbox.at(number).sent_at < back + 1min);
}

TEST_CASE("M1 after two days without a receiver mails fail for good, younger ones wait on") {
  post office(unhurried());
  office.down_from = office.now;
  office.down_until = office.now + 60h;
  for (int number = 0; number < 60; ++number) {
    office.write(number);
    office.run_until(office.now + 1h);
  }
  office.run_until(office.down_until + 10min);
  for (const auto& [number, each] : office.outbox) {
    INFO("mail " << number);
    // Written after as many hours.
    if (number <= 11) {
      CHECK(each.failed);
    } else if (number >= 13) {
      CHECK(each.sent);
    }
    CHECK(each.sent != each.failed);
  }
}
