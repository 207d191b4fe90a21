#pragma once

#include "actors/commit.hpp"
#include "actors/order/loader.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace foyer::http {

/// Runs a command that moves money or creates an order, once per Idempotency-Key (W5). The truth is the row
/// that the command's own commit writes; in memory are only the keys under way and the newest answers, so
/// that a usual repeat costs no query. Any thread.
///
///   co_return co_await services.idempotent.once(request, organisation, principal,
///     [&](idempotency_row prefilled) -> awaitable<outcome<std::string>> { … });
class idempotency {
public:
  /// Gets the row that has to be in the command's commit, with `answer` set to what this returns. Called at
  /// most once. A refusal stores nothing.
  using command = std::function<boost::asio::awaitable<outcome<std::string>>(idempotency_row prefilled)>;
  /// Makes the first answer of what the row keeps, where that is not the answer itself. Commands that make or
  /// change orders bring one (buyer/order_answer.hpp).
  using recall = std::function<boost::asio::awaitable<outcome<std::string>>(order::stored_answer kept)>;

  virtual ~idempotency() = default;

  /// 201 with the command's answer, or with the first one's and `Idempotency-Replayed: true`. 400
  /// idempotency_key_required, 409 idempotency_in_progress, 422 idempotency_key_reused (another body, or
  /// another path), 503 unavailable when too many are under way; otherwise the command's refusal as a
  /// problem.
  ///
  /// The key counts for this principal ("account:…", "space:…", "guest") and operation of this organisation.
  /// It is under way until the command has ended, also when the client got 503 at the handler's deadline long
  /// before. `in` must live until the coroutine ends, as the server does it.
  /// `status` of the answer in place of 201.
  virtual boost::asio::awaitable<response> once(request& in, organisation::snapshot_ptr at,
                                                std::string principal, command run, recall again = {},
                                                int status = 201) = 0;

  /// The same where the key may be left out: then the command runs each time, and gets a row with a nil id,
  /// which it must not write.
  boost::asio::awaitable<response> once_if_asked(request& in, organisation::snapshot_ptr at,
                                                 std::string principal, command run, recall again,
                                                 int status);
};

struct idempotency_limits {
  /// Commands under way; more are answered 503.
  std::size_t in_progress_max = 20'000;
  /// Answers kept in memory, and the longest of them: together at most 64 MiB.
  std::size_t answers_max = 8'192;
  std::size_t answer_bytes_max = 8 * 1'024;
  /// How long a repeat gets the first answer (orders.idempotency_kept_for); the rows are removed after it,
  /// too.
  std::chrono::milliseconds kept_for = std::chrono::hours{24};
};

/// `stored` and `clock` must outlive it.
std::unique_ptr<idempotency> create_idempotency(order::answers& stored, const clock_source& clock,
                                                idempotency_limits limits = {});

} // namespace foyer::http
