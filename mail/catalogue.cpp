#include "mail/catalogue.hpp"

#include <algorithm>

namespace foyer::mail {
namespace {

using namespace std::string_view_literals;

constexpr std::array changed_optional{"changed_at"sv, "device"sv, "address"sv};
constexpr std::array order_optional{"due"sv,    "reference"sv, "instructions"sv, "expires_at"sv,
                                    "link"sv,   "starts_at"sv, "location"sv,     "rate"sv,
                                    "holder"sv, "payments"sv,  "tickets"sv};
constexpr std::array paid_optional{"link"sv};
constexpr std::array expired_optional{"released"sv, "refunded"sv};
constexpr std::array refunded_optional{"whole"sv,     "to_wallet"sv, "elsewhere"sv, "credit_note_number"sv,
                                       "starts_at"sv, "location"sv,  "rate"sv,      "holder"sv};
constexpr std::array repayment_optional{"asked"sv,     "received"sv,     "over"sv,       "due"sv,
                                        "reference"sv, "instructions"sv, "expires_at"sv, "refunded"sv};
constexpr std::array activation_optional{"has_account"sv};
constexpr std::array reminder_optional{"removed_at"sv};
constexpr std::array unlinked_optional{"restored"sv};

constexpr std::array templates{
    template_info{"confirmation", "/confirm", validity::confirmation, true},
    template_info{"already_registered", "", validity::none, false},
    template_info{"confirmation_reminder", "/confirm", validity::confirmation, true, reminder_optional},
    template_info{"password_reset", "/reset", validity::password_reset, true},
    template_info{"password_changed", "", validity::none, false, changed_optional},
    template_info{"email_change_confirm", "/email-change", validity::email_change, true},
    template_info{"email_change_notice", "/email-undo", validity::email_undo, false},
    template_info{"email_changed", "", validity::none, false},
    template_info{"space_code", "", validity::space_code, true},
    template_info{"order_confirmation", "/orders", validity::none, false, order_optional},
    template_info{"order_paid", "/orders", validity::none, false, paid_optional},
    template_info{"order_expired", "", validity::none, false, expired_optional},
    template_info{"order_refunded", "", validity::none, false, refunded_optional},
    template_info{"staff_welcome", "/accept", validity::invitation, false},
    template_info{"household_activation", "/accept", validity::invitation, false, activation_optional},
    template_info{"repayment", "", validity::none, false, repayment_optional},
    template_info{"balance_positive", "", validity::none, false},
    template_info{"balance_negative", "", validity::none, false},
    template_info{"invitation", "/accept", validity::invitation, false, activation_optional, true},
    template_info{"account_linked", "", validity::none, false},
    template_info{"account_unlinked", "", validity::none, false, unlinked_optional},
};

} // namespace

const template_info* find_template(std::string_view name) {
  const auto found = std::find_if(templates.begin(), templates.end(),
                                  [&](const template_info& each) { return each.name == name; });
  return found == templates.end() ? nullptr : &*found;
}

std::span<const template_info> all_templates() {
  return templates;
}

} // namespace foyer::mail
