#pragma once

#include "actors/checkout/checkout.hpp"
#include "http/buyer/order_json.hpp"
#include "http/idempotency.hpp"

namespace foyer::http::buyer {

/// How a command that makes or changes an order is answered, what its idempotency key keeps of the answer,
/// and how that is told again (W5). Ticket codes are never kept: an order that was paid at once is told by
/// its own rows, any other text gets its codes again. `orders` and `secret` must outlive what it gives out.
class order_answer {
public:
  order_answer(organisation::snapshot_ptr at, order::loader& orders, const server_secret& secret,
               reader who = reader::known)
      : at_(std::move(at)), orders_(orders), secret_(secret), who_(who) {}

  /// With the nil id of a request without key nothing is kept.
  [[nodiscard]] checkout::answer_to_keep to_keep(idempotency_row prefilled) const;
  [[nodiscard]] idempotency::recall again() const;

private:
  organisation::snapshot_ptr at_;
  order::loader& orders_;
  const server_secret& secret_;
  reader who_;
};

} // namespace foyer::http::buyer
