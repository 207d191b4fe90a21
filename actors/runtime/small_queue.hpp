#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace foyer::runtime {

/// First in, first out, and next to nothing while it is empty: std::deque takes half a KiB from the start, of
/// which a hundred thousand idle actors have two each.
template <class T>
class small_queue {
public:
  [[nodiscard]] bool empty() const noexcept { return head_ == items_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size() - head_; }
  T& front() { return items_[head_]; }
  T& operator[](std::size_t place) { return items_[head_ + place]; }
  auto begin() { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto end() { return items_.end(); }

  void push_back(T item) { items_.push_back(std::move(item)); }

  /// The front is moved from or done with.
  void pop_front() {
    ++head_;
    if (empty()) {
      clear();
    } else if (head_ >= compact_from && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), begin());
      head_ = 0;
    }
  }

  template <class Which>
  void remove_if(Which which) {
    items_.erase(items_.begin(), begin());
    head_ = 0;
    std::erase_if(items_, which);
  }

private:
  // Gone ones are cut off when they are as many as those that wait, so that each is moved once or so.
  static constexpr std::size_t compact_from = 32;
  // What an actor keeps when it falls idle.
  static constexpr std::size_t kept = 1;

  void clear() {
    items_.clear();
    head_ = 0;
    if (items_.capacity() > kept) items_ = {};
  }

  std::vector<T> items_;
  std::size_t head_ = 0;
};

} // namespace foyer::runtime
