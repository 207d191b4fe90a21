#pragma once

#include "storage/loaders/read.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace foyer::storage {

/// Looks up single entities by id, many with one query: what is asked for while a query is under way is asked
/// for together by the next one. When a hot sale starts, thousands of wallets are read for the first time,
/// and one by one each would cost a transaction of its own.
///
/// Every statement takes the ids as one array, unless `ask` says otherwise; `parse(rows per statement)` gives
/// the values of the ids that there are, and `missing(id)` that of another. Any thread.
template <class Id, class T, class Hash = std::hash<Id>>
class gather : public std::enable_shared_from_this<gather<Id, T, Hash>> {
public:
  using values = std::unordered_map<Id, T, Hash>;
  using callback = std::function<void(outcome<T>)>;
  using parse_function = std::function<values(const all_rows&)>;
  using make_function = T (*)(pg::row_reader&, const Id&);
  using missing_function = std::function<T(const Id&)>;
  using ask_function = pg::read_query (*)(const pg::statement&, const std::vector<Id>&);

  /// Ids of one query: enough to make its fixed cost small, few enough that no one waits for others.
  static constexpr std::size_t ids_max = 128;
  /// Queries under way at once, and how many ids a second one is worth: each costs PostgreSQL as much as some
  /// twenty rows, so that more of them would only split what could go together.
  static constexpr int queries_max = 2;
  static constexpr std::size_t second_least = 32;
  /// Callers that wait for a slow database; further ones are told `unavailable` inside the call.
  static constexpr std::size_t waiting_max = 10'000;

  gather(read_pool_ptr from, std::vector<const pg::statement*> what, parse_function parse,
         missing_function missing, ask_function ask = ask_by_array)
      : from_(std::move(from)), what_(std::move(what)), parse_(std::move(parse)),
        missing_(std::move(missing)), ask_(ask) {}

  /// Of one statement, whose rows start with the id: `make(row reader after the id, id)` makes the value of a
  /// row.
  gather(read_pool_ptr from, const pg::statement& what, make_function make, missing_function missing)
      : gather(
            std::move(from), {&what}, [make](const all_rows& rows) { return parse_rows(rows[0], make); },
            std::move(missing)) {}

  void find(const Id& which, callback done) {
    std::unique_lock lock{mutex_};
    if (waiting_.size() >= waiting_max) {
      lock.unlock();
      return done(refusal{errc::unavailable, "too many reads wait"});
    }
    waiting_.push_back({which, std::move(done)});
    send_soon();
  }

private:
  struct asked {
    Id which;
    callback done;
  };

  static pg::read_query ask_by_array(const pg::statement& what, const std::vector<Id>& ids) {
    return ask_for(what, ids);
  }

  static values parse_rows(const pg::rows& rows, make_function make) {
    values out;
    for (int i = 0; i < rows.size(); ++i) {
      pg::row_reader row{rows, i};
      const auto which = row.next<Id>();
      out.emplace(which, make(row, which));
    }
    return out;
  }

  /// Not at once: whoever else asks in the same turn of the server's thread, such as all who were answered by
  /// one commit of the journal, goes along. Holds the lock.
  void send_soon() {
    if (waking_ || waiting_.empty()) return;
    if (running_ > 0 && (running_ >= queries_max || waiting_.size() < second_least)) return;
    waking_ = true;
    from_->after_this_turn([self = this->shared_from_this()] {
      std::unique_lock lock{self->mutex_};
      self->waking_ = false;
      if (!self->waiting_.empty()) self->send(lock);
    });
  }

  /// Takes the oldest and unlocks.
  void send(std::unique_lock<std::mutex>& lock) {
    const auto count = std::min(waiting_.size(), ids_max);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    auto batch = std::make_shared<std::vector<asked>>(std::make_move_iterator(waiting_.begin()),
                                                      std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    ++running_;
    lock.unlock();
    std::vector<Id> ids;
    for (const auto& each : *batch) ids.push_back(each.which);
    std::vector<pg::read_query> queries;
    for (const auto* each : what_) queries.push_back(ask_(*each, ids));
    auto self = this->shared_from_this();
    read<values>(
        from_, everywhere{"ids of any tenants are asked for together"}, std::move(queries),
        [self, batch](const outcome<values>& found) { self->answer(*batch, found); },
        [self](const all_rows& rows) { return self->parse_(rows); });
  }

  void answer(std::vector<asked>& batch, const outcome<values>& found) {
    {
      std::lock_guard lock{mutex_};
      --running_;
      send_soon();
    }
    for (auto& each : batch) {
      if (!found) {
        each.done(found.error());
        continue;
      }
      const auto at = found->find(each.which);
      each.done(at == found->end() ? missing_(each.which) : at->second);
    }
  }

  read_pool_ptr from_;
  std::vector<const pg::statement*> what_;
  parse_function parse_;
  missing_function missing_;
  ask_function ask_;
  std::mutex mutex_;
  std::vector<asked> waiting_;
  int running_ = 0;
  bool waking_ = false;
};

} // namespace foyer::storage
