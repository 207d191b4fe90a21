#pragma once

#include "actors/reply.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace foyer::papers {

/// Makes one document.
using job = std::function<outcome<std::string>()>;

/// Makes PDFs on threads of its own, with less priority than those that serve: one takes milliseconds, a
/// large one tenths of a second. Any thread. When the queue is full, and after the end, answers
/// `unavailable`.
class pool {
public:
  virtual ~pool() = default;
  virtual void make(job what, reply<std::string> back) = 0;
};

struct pool_options {
  std::size_t threads = 1; // of two cores the other one serves
  /// Some seconds' work: who comes later would wait beyond the handler's deadline.
  std::size_t queue_max = 64;
};

/// The threads end, after the document in hand, with the pool.
std::unique_ptr<pool> create_pool(const pool_options& options = {});

} // namespace foyer::papers
