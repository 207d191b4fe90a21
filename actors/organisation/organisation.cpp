#include "actors/organisation/organisation.hpp"

namespace foyer::organisation {

std::string_view to_string(role of) noexcept {
  switch (of) {
  case role::administrator: return "administrator";
  case role::box_office: return "box_office";
  case role::editor: return "editor";
  case role::auditor: return "auditor";
  }
  return "auditor";
}

std::optional<role> parse_role(std::string_view text) noexcept {
  for (const auto each : all_roles)
    if (to_string(each) == text) return each;
  return std::nullopt;
}

std::string_view to_string(payment_method of) noexcept {
  switch (of) {
  case payment_method::wallet: return "wallet";
  case payment_method::voucher: return "voucher";
  case payment_method::card: return "card";
  case payment_method::bank_transfer: return "bank_transfer";
  case payment_method::cash: return "cash";
  case payment_method::cheque: return "cheque";
  }
  return "cash";
}

std::optional<payment_method> parse_payment_method(std::string_view text) noexcept {
  for (const auto each : {payment_method::wallet, payment_method::voucher, payment_method::card,
                          payment_method::bank_transfer, payment_method::cash, payment_method::cheque})
    if (to_string(each) == text) return each;
  return std::nullopt;
}

std::string payment_instructions(const settings& of, payment_method method, std::string_view locale) {
  const bool english = locale == "en";
  switch (method) {
  case payment_method::bank_transfer:
    if (const auto& own = of.bank_transfer_instructions.in(locale); !own.empty()) return own;
    return english ? "Transfer the amount and give the order number as reference."
                   : "Effectuez le virement en indiquant le numéro de commande comme référence.";
  case payment_method::cash:
  case payment_method::cheque:
    return english ? "Pay at the counter and give the order number."
                   : "Réglez au guichet en indiquant le numéro de commande.";
  case payment_method::card:
    return english ? "Complete the card payment." : "Terminez le paiement par carte.";
  case payment_method::wallet:
  case payment_method::voucher: break;
  }
  return {};
}

} // namespace foyer::organisation
