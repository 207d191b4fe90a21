#pragma once

#include "actors/commit.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

// What became durable, for pages that are open (S9): which record changed, never what is in it. Of this
// process; a page hears of another's writes when it looks again.

namespace foyer {

struct news_item {
  enum class topic : std::uint8_t { wallet, order, ticket, household, campaign };
  news_item::topic about = topic::household;
  std::optional<household_id> household;
  std::optional<uuid> record; // order or campaign
  friend bool operator==(const news_item&, const news_item&) = default;
};
std::string_view to_string(news_item::topic of) noexcept;

/// Who is told of one organisation, or of one of its households alone.
class news_reader {
public:
  news_reader(std::optional<household_id> only, std::function<void()> wake)
      : only_(only), wake_(std::move(wake)) {}

  /// What came since the last call, each once. `missed`: more than could be kept; the page reads everything
  /// again.
  struct batch {
    std::vector<news_item> items;
    bool missed = false;
  };
  [[nodiscard]] batch take();
  /// While muted, news wait without waking anybody.
  void mute(bool on);

private:
  friend class news_board;
  void put(const news_item& what);

  /// A page that is told so many at once reads its lists again anyway.
  static constexpr std::size_t waiting_max = 200;

  std::optional<household_id> only_;
  std::function<void()> wake_;
  std::mutex mutex_;
  batch waiting_;
  bool muted_ = false;
};

/// Any thread. Without readers a commit costs one atomic load.
class news_board {
public:
  /// Told until the reader dies. None: too many read already.
  std::shared_ptr<news_reader> subscribe(const organisation_id& of, std::optional<household_id> only,
                                         std::function<void()> wake);
  void tell(const commit& what);

private:
  /// Each keeps a connection open; a house has a few pages of staff and some hundred buyers at a time.
  static constexpr std::size_t readers_max = 5'000;

  std::atomic<std::size_t> readers_{0};
  std::mutex mutex_;
  std::unordered_map<organisation_id, std::vector<std::weak_ptr<news_reader>>> by_organisation_;
};

} // namespace foyer
