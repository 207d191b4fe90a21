#include "actors/mailer/dispatch.hpp"

#include <algorithm>
#include <cmath>

namespace foyer::mailer {
namespace {

constexpr auto bulk_queue = static_cast<std::size_t>(mail_priority::bulk);

} // namespace

dispatch::dispatch(const dispatch_options& options, std::uint64_t seed)
    : options_(options), random_(seed), pacer_(options.rate_per_second),
      bulk_pacer_(options.bulk_rate_per_second), handed_(static_cast<std::size_t>(options.workers)) {
  for (int worker = options.workers - 1; worker >= 0; --worker) idle_.push_back(worker);
}

void dispatch::woken() {
  woken_ = true;
}

void dispatch::stop() {
  stopping_ = true;
}

void dispatch::exchanged(std::optional<std::vector<queued_mail>> mails, std::optional<milliseconds> next_due,
                         time_point now) {
  exchanging_ = false;
  if (!mails) {
    settlements_.insert(settlements_.begin(), std::make_move_iterator(booking_.begin()),
                        std::make_move_iterator(booking_.end()));
    booking_.clear();
    // The claim may have been what woken() asked for.
    woken_ = true;
    gave_up_ = stopping_;
    outbox_rest_until_ =
        now + pause(++outbox_failures_, options_.outbox_pause_first, options_.outbox_pause_max);
    return;
  }
  outbox_failures_ = 0;
  if (claim_asked_ > 0) {
    // A full claim says that more may wait.
    const bool more = mails->size() >= static_cast<std::size_t>(claim_asked_);
    const auto due = std::max(next_due.value_or(options_.poll), milliseconds{1});
    claim_at_ = more ? now : now + std::min(options_.poll, due);
  }
  for (const auto& booked : booking_)
    if (booked.what == settlement::kind::retry) claim_at_ = std::min(claim_at_, now + booked.retry_in);
  booking_.clear();
  for (auto& mail : *mails) {
    const auto queue = std::min<std::size_t>(static_cast<std::size_t>(mail.priority), ready_.size() - 1);
    ready_[queue].push_back({std::move(mail), asked_at_});
  }
}

settlement::kind dispatch::finished(int worker, const delivery& result, time_point now) {
  auto& slot = handed_[static_cast<std::size_t>(worker)];
  if (!slot) return settlement::kind::released;
  ready_mail done = std::move(*slot);
  slot.reset();
  idle_.push_back(worker);
  --in_hand_;

  if (result.verdict != verdict::transport_down) transport_failures_ = 0;
  if (result.verdict == verdict::sent) return settle(done, settlement::kind::sent, milliseconds{0}, {});
  if (result.verdict == verdict::refused) {
    settle(done, settlement::kind::failed, milliseconds{0}, result.detail);
    settlements_.back().bounced = result.bounced;
    return settlement::kind::failed;
  }

  const auto age = done.mail.age + std::chrono::duration_cast<milliseconds>(now - done.claimed_at);
  auto delay = retry_delay(options_.retry, done.mail.attempt, age, random_);
  if (result.verdict == verdict::transport_down) {
    // Workers that fail side by side count once.
    if (now >= rest_until_)
      rest_until_ = now + pause(++transport_failures_, options_.pause_first, options_.pause_max);
    // It was not the mail's fault: it may be the next one that tries.
    if (delay) delay = std::min(*delay, std::chrono::duration_cast<milliseconds>(rest_until_ - now));
  }
  if (delay) return settle(done, settlement::kind::retry, std::max(*delay, milliseconds{1}), result.detail);
  return settle(done, settlement::kind::failed, milliseconds{0}, result.detail);
}

dispatch::action dispatch::next(time_point now) {
  drop_late(now);
  if (auto mail = next_mail(now)) return std::move(*mail);
  if (stopping_ && in_hand_ == 0 && !exchanging_) {
    for (auto& queue : ready_) {
      for (auto& waiting : queue) settle(waiting, settlement::kind::released, milliseconds{0}, {});
      queue.clear();
    }
    if (settlements_.empty() || gave_up_) return ended{};
  }
  if (auto asked = next_exchange(now)) return std::move(*asked);
  return wait{next_time(now)};
}

settlement::kind dispatch::settle(const ready_mail& of, settlement::kind what, milliseconds retry_in,
                                  std::string detail) {
  settlements_.push_back({of.mail.id, of.mail.attempt, what, retry_in, std::move(detail), false});
  return what;
}

void dispatch::drop_late(time_point now) {
  for (auto& queue : ready_) {
    while (!queue.empty() && queue.front().claimed_at + options_.lease - options_.send_deadline <= now) {
      settle(queue.front(), settlement::kind::released, milliseconds{0}, {});
      queue.pop_front();
      woken_ = true;
    }
  }
}

std::optional<dispatch::hand_over> dispatch::next_mail(time_point now) {
  if (stopping_ || idle_.empty() || now < rest_until_) return std::nullopt;
  // After a failure of the transport one mail tries whether it is back.
  if (transport_failures_ > 0 && in_hand_ > 0) return std::nullopt;
  for (std::size_t number = 0; number < ready_.size(); ++number) {
    auto& queue = ready_[number];
    if (queue.empty() || pace_of(number, now) > now) continue;
    const int worker = idle_.back();
    idle_.pop_back();
    auto& slot = handed_[static_cast<std::size_t>(worker)];
    slot = std::move(queue.front());
    queue.pop_front();
    ++in_hand_;
    pacer_.take(now);
    if (number == bulk_queue) bulk_pacer_.take(now);
    return hand_over{worker, slot->mail};
  }
  return std::nullopt;
}

std::optional<dispatch::exchange> dispatch::next_exchange(time_point now) {
  if (exchanging_ || now < outbox_rest_until_) return std::nullopt;
  const int claim = claim_wanted(now);
  if (settlements_.empty() && claim == 0) return std::nullopt;
  exchanging_ = true;
  claim_asked_ = claim;
  asked_at_ = now;
  if (claim > 0) woken_ = false;
  booking_ = std::move(settlements_);
  settlements_.clear();
  return exchange{booking_, claim};
}

int dispatch::claim_wanted(time_point now) const {
  if (stopping_ || now < rest_until_) return 0;
  const int ready = static_cast<int>(ready_count());
  const int low_water = std::max(options_.workers, options_.claim_max / 2);
  if (ready < low_water) return woken_ || now >= claim_at_ ? options_.claim_max : 0;
  // What was just written may be more urgent than what is here already.
  const bool may_overtake = ready_[0].size() < static_cast<std::size_t>(low_water);
  const bool room = ready < 2 * options_.claim_max + options_.workers;
  return woken_ && may_overtake && room ? options_.workers : 0;
}

dispatch::time_point dispatch::next_time(time_point now) const {
  // Nothing but the end of the exchange or of a mail in hand can change anything before these.
  time_point until = now + options_.poll;
  if (!stopping_ && !idle_.empty())
    for (std::size_t number = 0; number < ready_.size(); ++number)
      if (!ready_[number].empty()) until = std::min(until, std::max(rest_until_, pace_of(number, now)));
  if (!exchanging_) {
    if (!settlements_.empty())
      until = std::min(until, outbox_rest_until_);
    else if (!stopping_)
      until = std::min(until, std::max({claim_at_, rest_until_, outbox_rest_until_}));
  }
  return std::max(until, now + milliseconds{1});
}

dispatch::time_point dispatch::pace_of(std::size_t queue, time_point now) const {
  const auto whole = pacer_.next(now);
  return queue == bulk_queue ? std::max(whole, bulk_pacer_.next(now)) : whole;
}

std::size_t dispatch::ready_count() const noexcept {
  std::size_t count = 0;
  for (const auto& queue : ready_) count += queue.size();
  return count;
}

milliseconds dispatch::pause(int failures, milliseconds first, milliseconds max) {
  std::uniform_real_distribution<double> jitter(0.8, 1.2);
  const double wanted = static_cast<double>(first.count()) * std::ldexp(1.0, std::clamp(failures - 1, 0, 30));
  const double limited = std::min(wanted, static_cast<double>(max.count()));
  return milliseconds{static_cast<std::int64_t>(limited * jitter(random_)) + 1};
}

} // namespace foyer::mailer
