#include "actors/organisation/organisations.hpp"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>

namespace foyer::organisation {
namespace {

struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

// The row of the organisation itself, and of each point of sale that differs.
void write_difference(const snapshot& from, snapshot& to, commit& rows) {
  if (from.name != to.name || from.locale != to.locale || !(from.options == to.options)) {
    to.version = from.version + 1;
    organisation_row row;
    row.id = from.id;
    row.expected_version = from.version;
    row.version = to.version;
    row.slug = from.slug;
    row.name = to.name;
    row.currency = from.unit.code();
    row.locale = to.locale;
    row.settings = to_json(to.options);
    row.created_at = from.created_at;
    rows.cold.emplace_back(std::move(row));
  }
  for (auto& each : to.shops) {
    const auto* before = from.find_shop(each.id);
    if (before != nullptr && *before == each) continue;
    each.version = before == nullptr ? 1 : before->version + 1;
    shop_row row;
    row.organisation = from.id;
    row.id = each.id;
    row.expected_version = before == nullptr ? 0 : before->version;
    row.version = each.version;
    row.slug = each.slug;
    row.name = each.name;
    row.box_office = each.box_office;
    row.customer_space_open = each.customer_space_open;
    for (const auto method : each.payment_methods) row.payment_methods.emplace_back(to_string(method));
    row.created_at = each.created_at;
    rows.cold.emplace_back(std::move(row));
  }
}

// What is known, shared with callbacks that may come after the registry is gone.
class memory {
public:
  struct kept {
    snapshot_ptr what;
    time_point read_at;
    bool rereading = false;
  };

  template <class Map, class Key>
  snapshot_ptr find(const Map& in, const Key& key) const {
    const std::shared_lock lock{mutex_};
    const auto found = in.find(key);
    return found == in.end() ? nullptr : found->second->what;
  }
  [[nodiscard]] snapshot_ptr find(std::string_view slug) const { return find(by_slug_, slug); }
  [[nodiscard]] snapshot_ptr find(const organisation_id& id) const { return find(by_id_, id); }

  // True for one caller per period: it reads the organisation again.
  bool claim_reread(const organisation_id& id, time_point now) {
    {
      const std::shared_lock lock{mutex_};
      const auto found = by_id_.find(id);
      if (found == by_id_.end() || found->second->rereading) return false;
      const auto age = now - found->second->read_at;
      if (age >= duration::zero() && age < reread_after)
        return false; // a clock that jumped back is no reason to wait
    }
    const std::unique_lock lock{mutex_};
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || found->second->rereading) return false;
    return found->second->rereading = true;
  }

  void reread_failed(const organisation_id& id, time_point now) {
    const std::unique_lock lock{mutex_};
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    found->second->rereading = false;
    found->second->read_at = now;
  }

  // What was read before a change became durable must not replace it: versions only grow.
  void keep(const snapshot_ptr& what, time_point now) {
    const std::unique_lock lock{mutex_};
    auto& slot = by_id_[what->id];
    if (!slot) {
      slot = std::make_shared<kept>();
      by_slug_[what->slug] = slot;
    }
    slot->rereading = false;
    slot->read_at = now;
    if (!slot->what || !older(*what, *slot->what)) slot->what = what;
  }

private:
  static bool older(const snapshot& a, const snapshot& b) {
    if (a.version < b.version) return true;
    for (const auto& each : b.shops) {
      const auto* same = a.find_shop(each.id);
      if (same == nullptr || same->version < each.version) return true;
    }
    return false;
  }

  mutable std::shared_mutex mutex_;
  std::unordered_map<organisation_id, std::shared_ptr<kept>> by_id_;
  std::unordered_map<std::string, std::shared_ptr<kept>, text_hash, std::equal_to<>> by_slug_;
};

class snapshots final : public registry {
public:
  snapshots(loader& from, journal& to, const clock_source& clock)
      : from_(from), journal_(to), clock_(clock), memory_(std::make_shared<memory>()) {}

  [[nodiscard]] snapshot_ptr find(std::string_view slug) const override { return fresh(memory_->find(slug)); }
  [[nodiscard]] snapshot_ptr find(const organisation_id& id) const override {
    return fresh(memory_->find(id));
  }

  void fetch(std::string slug, reply<snapshot_ptr> back) override {
    if (auto known = find(slug)) return back(std::move(known));
    from_.load_organisation(std::move(slug), keeper(std::move(back)));
  }
  void fetch(const organisation_id& id, reply<snapshot_ptr> back) override {
    if (auto known = find(id)) return back(std::move(known));
    from_.load_organisation(id, keeper(std::move(back)));
  }

  void change(snapshot_ptr from, snapshot to, commit rows, reply<snapshot_ptr> back) override {
    const auto before = rows.cold.size();
    commit all;
    write_difference(*from, to, all);
    if (all.cold.empty()) return back(std::move(from));
    all.cold.reserve(all.cold.size() + before);
    for (auto& each : rows.cold) all.cold.push_back(std::move(each));
    rows.cold = std::move(all.cold);
    auto after = std::make_shared<const snapshot>(std::move(to));
    journal_.append(std::move(rows), [this_memory = memory_, after, back, &clock = clock_,
                                      &loader = from_](const commit_outcome& what) {
      switch (what.status) {
      case commit_status::committed: this_memory->keep(after, clock.now()); return back(after);
      case commit_status::stale:
        // Somebody else was faster, at the command line perhaps: the next reader shall see it.
        return loader.load_organisation(after->id, [this_memory, back, &clock](outcome<snapshot_ptr> read) {
          if (read) this_memory->keep(*read, clock.now());
          back(errc::version_conflict);
        });
      case commit_status::conflict: return back(refusal{errc::conflict, what.constraint});
      case commit_status::rejected: return back(refusal{errc::internal, what.constraint});
      case commit_status::lost: return back(errc::unavailable);
      }
    });
  }

private:
  std::function<void(outcome<snapshot_ptr>)> keeper(reply<snapshot_ptr> back) const {
    return [this_memory = memory_, back = std::move(back), &clock = clock_](outcome<snapshot_ptr> read) {
      if (read) this_memory->keep(*read, clock.now());
      if (!read) return back(std::move(read.error()));
      back(this_memory->find((*read)->id));
    };
  }

  // Answers what is known, and has it read again when it is old.
  [[nodiscard]] snapshot_ptr fresh(snapshot_ptr known) const {
    if (known && memory_->claim_reread(known->id, clock_.now()))
      from_.load_organisation(
          known->id, [this_memory = memory_, id = known->id, &clock = clock_](outcome<snapshot_ptr> read) {
            if (read)
              this_memory->keep(*read, clock.now());
            else
              this_memory->reread_failed(id, clock.now());
          });
    return known;
  }

  loader& from_;
  journal& journal_;
  const clock_source& clock_;
  std::shared_ptr<memory> memory_;
};

} // namespace

std::unique_ptr<registry> create_registry(loader& from, journal& to, const clock_source& clock) {
  return std::make_unique<snapshots>(from, to, clock);
}

} // namespace foyer::organisation
