#include "storage/pg/params.hpp"

namespace foyer::storage::pg {

const char* const* params::values() const {
  values_.clear();
  for (const auto& start : starts_) values_.push_back(start.null ? nullptr : buffer_.data() + start.at);
  return values_.data();
}

const int* params::lengths() const {
  lengths_.clear();
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    const auto end = i + 1 < starts_.size() ? starts_[i + 1].at : buffer_.size();
    lengths_.push_back(static_cast<int>(end - starts_[i].at));
  }
  return lengths_.data();
}

const int* params::formats() const {
  formats_.assign(starts_.size(), 1); // all binary
  return formats_.data();
}

} // namespace foyer::storage::pg
