#include "storage/loaders/read.hpp"

#include <spdlog/spdlog.h>

namespace foyer::storage {

void report_unreadable(const char* query, const std::exception& why) {
  spdlog::error("query {}: {}", query, why.what());
}

} // namespace foyer::storage
