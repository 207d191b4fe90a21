#include "actors/news.hpp"

#include <algorithm>
#include <utility>

namespace foyer {
namespace {

using topic = news_item::topic;

// The organisation of a commit: all its rows are of one.
std::optional<organisation_id> organisation_of(const commit& what) {
  if (!what.wallets.empty()) return what.wallets.front().organisation;
  if (!what.orders.empty()) return what.orders.front().organisation;
  if (!what.stock.empty()) return what.stock.front().organisation;
  for (const auto& row : what.cold) {
    const auto found = std::visit(
        [](const auto& of) -> std::optional<organisation_id> {
          if constexpr (requires { organisation_id{of.organisation}; })
            return organisation_id{of.organisation};
          return std::nullopt;
        },
        row);
    if (found) return found;
  }
  return std::nullopt;
}

void add(std::vector<news_item>& to, const news_item& what) {
  if (std::find(to.begin(), to.end(), what) == to.end()) to.push_back(what);
}

void items_of(const cold_row& row, std::vector<news_item>& out) {
  if (const auto* of = std::get_if<household_row>(&row)) add(out, {topic::household, of->id, {}});
  if (const auto* of = std::get_if<skill_row>(&row)) add(out, {topic::household, of->household, {}});
  if (const auto* of = std::get_if<card_row>(&row)) add(out, {topic::household, of->household, {}});
  if (const auto* of = std::get_if<document_row>(&row); of != nullptr && of->complete)
    add(out, {topic::household, of->household, {}});
  if (const auto* of = std::get_if<campaign_row>(&row)) add(out, {topic::campaign, {}, of->id.value});
  if (const auto* of = std::get_if<ticket_checked_in>(&row))
    add(out, {topic::ticket, of->household, of->order.value});
  if (const auto* of = std::get_if<order_changed>(&row)) {
    add(out, {topic::order, of->household, of->id.value});
    add(out, {topic::ticket, of->household, of->id.value});
  }
}

std::vector<news_item> items_of(const commit& what) {
  std::vector<news_item> out;
  for (const auto& row : what.wallets) add(out, {topic::wallet, row.household, {}});
  for (const auto& row : what.orders) add(out, {topic::order, row.household, row.id.value});
  if (!what.tickets.empty())
    add(out, {topic::ticket, what.tickets.front().household, what.tickets.front().order.value});
  for (const auto& row : what.cold) items_of(row, out);
  return out;
}

} // namespace

std::string_view to_string(topic of) noexcept {
  switch (of) {
  case topic::wallet: return "wallet";
  case topic::order: return "order";
  case topic::ticket: return "ticket";
  case topic::household: return "household";
  case topic::campaign: return "campaign";
  }
  return "household";
}

news_reader::batch news_reader::take() {
  const std::lock_guard lock{mutex_};
  return std::exchange(waiting_, {});
}

void news_reader::mute(bool on) {
  const std::lock_guard lock{mutex_};
  muted_ = on;
}

void news_reader::put(const news_item& what) {
  if (only_ && what.household != only_) return;
  std::function<void()> wake;
  {
    const std::lock_guard lock{mutex_};
    if (waiting_.missed) return;
    if (waiting_.items.size() >= waiting_max) {
      waiting_ = {{}, true};
    } else {
      add(waiting_.items, what);
    }
    if (!muted_) wake = wake_;
  }
  if (wake) wake();
}

std::shared_ptr<news_reader> news_board::subscribe(const organisation_id& of,
                                                   std::optional<household_id> only,
                                                   std::function<void()> wake) {
  auto made = std::make_shared<news_reader>(only, std::move(wake));
  const std::lock_guard lock{mutex_};
  std::size_t all = 0;
  for (auto& [id, readers] : by_organisation_) {
    std::erase_if(readers, [](const auto& each) { return each.expired(); });
    all += readers.size();
  }
  std::erase_if(by_organisation_, [](const auto& each) { return each.second.empty(); });
  if (all >= readers_max) {
    readers_.store(all, std::memory_order_relaxed);
    return nullptr;
  }
  by_organisation_[of].push_back(made);
  readers_.store(all + 1, std::memory_order_relaxed);
  return made;
}

void news_board::tell(const commit& what) {
  if (readers_.load(std::memory_order_relaxed) == 0) return;
  const auto where = organisation_of(what);
  if (!where) return;
  std::vector<std::shared_ptr<news_reader>> readers;
  {
    const std::lock_guard lock{mutex_};
    const auto found = by_organisation_.find(*where);
    if (found == by_organisation_.end()) return;
    for (const auto& each : found->second)
      if (auto alive = each.lock()) readers.push_back(std::move(alive));
    if (readers.empty()) {
      by_organisation_.erase(found);
      readers_.store(by_organisation_.empty() ? 0 : 1, std::memory_order_relaxed);
      return;
    }
  }
  for (const auto& item : items_of(what))
    for (const auto& each : readers) each->put(item);
}

} // namespace foyer
