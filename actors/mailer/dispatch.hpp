#pragma once

#include "actors/mailer/mail.hpp"
#include "actors/mailer/schedule.hpp"

#include <array>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

namespace foyer::mailer {

struct dispatch_options {
  int workers = 4;
  double rate_per_second = 50;     // 0: no limit
  double bulk_rate_per_second = 0; // of mail_priority::bulk among them; 0: no limit of its own
  int claim_max = 32;
  milliseconds lease{300'000};
  /// The longest that one attempt may take; a mail whose lease would end before is given back untried.
  milliseconds send_deadline{60'000};
  retry_options retry;
  /// How often the outbox is looked at unasked: mails that another process wrote have no wake().
  milliseconds poll{2'000};
  /// How long everything rests after the transport failed; doubles with every further failure.
  milliseconds pause_first{1'000};
  milliseconds pause_max{30'000};
  /// The same for the database.
  milliseconds outbox_pause_first{250};
  milliseconds outbox_pause_max{10'000};
};

/// Decides what the pool does next: which worker gets which mail, when to ask the outbox, when to rest. A
/// machine without clock, threads or I/O: events go in, next() says what to do until it says wait. Security
/// mails overtake what is claimed but not yet handed out.
class dispatch {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Give this mail to this worker.
  struct hand_over {
    int worker;
    queued_mail mail;
  };
  /// Ask the outbox; exchanged() must follow.
  struct exchange {
    std::vector<settlement> settlements;
    int claim_max;
  };
  /// Nothing to do before `until`, unless something happens.
  struct wait {
    time_point until;
  };
  /// After stop(): nothing is in hand any more, everything is booked or left to its lease.
  struct ended {};
  using action = std::variant<hand_over, exchange, wait, ended>;

  /// The seed decides the jitter.
  dispatch(const dispatch_options&, std::uint64_t seed);

  /// Somebody wrote a mail.
  void woken();
  /// The answer to an exchange; nullopt: the outbox could not be asked.
  void exchanged(std::optional<std::vector<queued_mail>> mails, std::optional<milliseconds> next_due,
                 time_point now);
  /// A worker is free again. Tells what is booked for its mail.
  settlement::kind finished(int worker, const delivery&, time_point now);
  /// No mail is handed out any more.
  void stop();

  [[nodiscard]] action next(time_point now);

  [[nodiscard]] int in_hand() const noexcept { return in_hand_; }
  [[nodiscard]] bool transport_down() const noexcept { return transport_failures_ > 0; }

private:
  struct ready_mail {
    queued_mail mail;
    time_point claimed_at;
  };

  settlement::kind settle(const ready_mail&, settlement::kind, milliseconds retry_in, std::string detail);
  void drop_late(time_point now);
  [[nodiscard]] std::optional<hand_over> next_mail(time_point now);
  [[nodiscard]] std::optional<exchange> next_exchange(time_point now);
  [[nodiscard]] int claim_wanted(time_point now) const;
  [[nodiscard]] time_point next_time(time_point now) const;
  /// When the first mail of this queue may be handed out.
  [[nodiscard]] time_point pace_of(std::size_t queue, time_point now) const;
  [[nodiscard]] std::size_t ready_count() const noexcept;
  milliseconds pause(int failures, milliseconds first, milliseconds max);

  dispatch_options options_;
  std::mt19937_64 random_;
  pacer pacer_;
  pacer bulk_pacer_;
  std::array<std::deque<ready_mail>, 3> ready_; // one queue per priority
  std::vector<int> idle_;
  std::vector<std::optional<ready_mail>> handed_; // by worker
  int in_hand_ = 0;
  std::vector<settlement> settlements_; // to be booked
  std::vector<settlement> booking_;     // in the exchange under way
  bool exchanging_ = false;
  int claim_asked_ = 0; // in that exchange
  time_point asked_at_; // a lease runs from then at the earliest: the answer may have been long on its way
  bool woken_ = true;   // there may be mails of before the start
  bool stopping_ = false;
  bool gave_up_ = false; // the outbox failed while stopping: the leases will free the rest
  time_point claim_at_{};
  time_point rest_until_{};        // transport
  time_point outbox_rest_until_{}; // database
  int transport_failures_ = 0;
  int outbox_failures_ = 0;
};

} // namespace foyer::mailer
