#include "http/buyer/order_form.hpp"

#include "http/answers_form.hpp"

namespace foyer::http::buyer {
namespace {

constexpr std::size_t lines_max = 50;
constexpr std::size_t payments_max = 6;
constexpr std::int64_t quantity_max = 500;

} // namespace

organisation::payment_method read_method(const json::object& form, std::string_view name) {
  const auto chosen = form.choice(name, {"wallet", "voucher", "card", "bank_transfer", "cash", "cheque"});
  return static_cast<organisation::payment_method>(chosen + 1);
}

void read_buyer(const json::object& form, checkout::place_order& into) {
  const auto buyer = form.optional_child("buyer");
  into.buyer_given = static_cast<bool>(buyer);
  if (!buyer) return;
  const bool guest = !into.account && !into.household;
  // A guest says who they are; for the others it is known and may be typed anew for this order.
  auto text = [&](std::string_view name, std::string& value, json::length limits) {
    if (guest) {
      value = buyer.text(name, limits);
    } else if (auto typed = buyer.optional_text(name, limits)) {
      value = std::move(*typed);
    }
  };
  text("email", into.buyer.email, {.max = 254});
  text("first_name", into.buyer.first_name, json::a_name);
  text("last_name", into.buyer.last_name, json::a_name);
  // O2: a known birth date decides, whatever is typed.
  const auto typed = buyer.optional_date("birth_date");
  if (!into.buyer.birth_date) into.buyer.birth_date = typed;
  into.buyer.of_age = buyer.optional_boolean("of_age");
  into.buyer.answers = read_answers(buyer, into.organisation->options, organisation::audience::buyer).json;
}

void read_order(const json::object& form, checkout::place_order& into) {
  for (const auto& line : form.objects("lines", {.min = 1, .max = lines_max})) {
    checkout::wanted_line wanted;
    wanted.offer = offer_id{line.uuid("offer_id")};
    if (auto rate = line.optional_uuid("rate_id")) wanted.rate = rate_id{*rate};
    wanted.quantity = static_cast<std::int32_t>(line.integer("quantity", {.min = 1, .max = quantity_max}));
    for (const auto& member : line.uuids("member_ids", {.max = static_cast<std::size_t>(quantity_max)}))
      wanted.members.emplace_back(member);
    into.lines.push_back(std::move(wanted));
  }
  read_buyer(form, into);
  for (const auto& payment : form.objects("payments", {.max = payments_max})) {
    checkout::wanted_payment wanted;
    wanted.method = read_method(payment, "method");
    wanted.sum = payment.optional_money("amount", json::positive_amounts);
    if (into.staff) wanted.reference = payment.optional_text("reference", {.max = 200}).value_or("");
    into.payments.push_back(std::move(wanted));
  }
  into.accept_terms = form.boolean_or("accept_terms", false);
  into.save_profile = form.boolean_or("save_profile", false);
  into.newsletter = form.optional_boolean("newsletter");
}

} // namespace foyer::http::buyer
