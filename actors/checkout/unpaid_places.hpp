#pragma once

#include "actors/vocabulary/id.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace foyer::checkout {

/// Bounds the places that the orders of one buyer keep from others while they await payment (O4). Those that
/// are stored are counted by whoever asks; here are those of orders under way, which no query sees yet, so
/// that many orders at once hold no more than one after the other. Any thread.
class unpaid_places {
public:
  /// `max`: places of one buyer, at least 1.
  explicit unpaid_places(std::int64_t max) : max_(max) {}

  [[nodiscard]] std::int64_t max() const noexcept { return max_; }

  /// The places of one order under way, until it is stored or refused.
  class claim {
  public:
    claim(unpaid_places& of, const uuid& buyer, std::int64_t places)
        : of_(of), buyer_(buyer), places_(places), under_way_(of.add(buyer, places)) {}
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;
    ~claim() { of_.add(buyer_, -places_); }

    /// Whether it is too much. `stored`: places of the buyer's stored orders, read after this claim was made:
    /// what is stored by then is in `stored`, what is not was under way before. In between an order may count
    /// twice, which refuses too early and never too late.
    [[nodiscard]] bool exceeds(std::int64_t stored) const noexcept { return stored + under_way_ > of_.max_; }

  private:
    unpaid_places& of_;
    uuid buyer_;
    std::int64_t places_;
    std::int64_t under_way_; // this one's and those that were there before it
  };

private:
  std::int64_t add(const uuid& buyer, std::int64_t places) {
    const std::lock_guard lock{mutex_};
    const auto sum = under_way_[buyer] += places;
    if (sum == 0) under_way_.erase(buyer);
    return sum;
  }

  std::int64_t max_;
  std::mutex mutex_;
  std::unordered_map<uuid, std::int64_t> under_way_;
};

} // namespace foyer::checkout
