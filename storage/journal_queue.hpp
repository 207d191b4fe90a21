#pragma once

#include "actors/journal.hpp"
#include "storage/journal_batch.hpp"
#include "storage/pg/failure.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace foyer::storage {

/// What the journal does when, without a socket: commits wait in order; one batch at a time is in flight; a
/// refused batch is halved until the commit that is to blame stands alone; a batch whose fate a broken
/// connection hides is kept until the next connection has told which batch landed last. Pure; not
/// thread-safe.
class journal_queue {
public:
  /// What should the connection do next?
  enum class step {
    wait,     // nothing to send, or a batch is in flight
    send,     // batch() under batch_number(), then landed(), refused() or disconnected()
    reconnect // another process took over this journal's name: its epoch is gone
  };

  struct entry {
    commit rows;
    journal::callback done;
  };
  /// A commit whose fate is known; `rows` is what was written, for the hooks.
  struct settled {
    entry of;
    commit_outcome outcome;
  };

  explicit journal_queue(std::size_t batch_max) : batch_max_(batch_max) {}

  void push(entry what);
  [[nodiscard]] step next();

  /// Of the batch in flight. Numbers never repeat within a journal.
  [[nodiscard]] const journal_batch& batch() const noexcept { return batch_; }
  [[nodiscard]] std::int64_t batch_number() const noexcept { return number_; }

  /// The Sync of the batch in flight arrived, nothing failed.
  void landed();
  /// The Sync arrived after a failure: the transaction was undone.
  void refused(const pg::failure& why);
  /// The connection broke. Whatever is in no batch is lost; the batch in flight keeps its place.
  void disconnected();
  /// A new connection fenced the old one; the old one's last batch that landed was `last_batch`.
  void connected(std::int64_t last_batch);

  /// Takes the commits whose fate has become known, in the order in which it did.
  [[nodiscard]] std::vector<settled> take_settled();

  [[nodiscard]] bool in_flight() const noexcept { return in_flight_ != 0; }
  [[nodiscard]] bool idle() const noexcept { return entries_.empty() && settled_.empty(); }
  /// Commits that are in no batch.
  [[nodiscard]] std::size_t waiting() const noexcept { return entries_.size() - in_flight_; }
  [[nodiscard]] std::uint64_t splits() const noexcept { return splits_; }

private:
  /// How often one commit is tried again after a deadlock with another process.
  static constexpr int tries_max = 4;

  void settle(std::size_t count, const commit_outcome& outcome);
  void use_limit(std::size_t count);
  void split();

  std::size_t batch_max_;
  std::deque<entry> entries_; // the first in_flight_ of them are the batch; a deque, as batch_ points into it
  std::size_t in_flight_ = 0;
  journal_batch batch_;
  std::int64_t number_ = 0;
  std::vector<std::size_t> limits_; // of the next batches after a split, the nearest last
  int tries_ = 0;                   // of the commit that stands alone
  bool connected_ = false;
  bool fenced_ = false;
  std::vector<settled> settled_;
  std::uint64_t splits_ = 0;
};

/// What a failure of PostgreSQL means for a commit that stood alone (SQLSTATE, PostgreSQL documentation,
/// appendix A).
commit_outcome outcome_of(const pg::failure& why);

/// The message of the guard on a journal's own row (storage/migrations): this connection's epoch is over.
inline constexpr std::string_view fenced_message = "guard journal";

} // namespace foyer::storage
