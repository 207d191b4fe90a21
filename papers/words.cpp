#include "papers/words.hpp"

namespace foyer::papers {

language::language(std::string_view locale, std::string_view time_zone, currency unit)
    : french_(locale == "fr"), unit_(unit), format_(mail::create_formatter(locale, time_zone)) {}

std::string language::percent(int basis_points) const {
  auto out = std::to_string(basis_points / 100);
  if (auto rest = basis_points % 100; rest != 0) {
    out += french_ ? ',' : '.';
    out += static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) out += static_cast<char>('0' + rest % 10);
  }
  return out + (french_ ? "\u00A0%" : "%");
}

std::string language::method(organisation::payment_method of) const {
  using organisation::payment_method;
  switch (of) {
  case payment_method::wallet: return say("Compte client", "Client account");
  case payment_method::voucher: return say("Bon", "Voucher");
  case payment_method::card: return say("Carte", "Card");
  case payment_method::bank_transfer: return say("Virement", "Bank transfer");
  case payment_method::cash: return say("Espèces", "Cash");
  case payment_method::cheque: return say("Chèque", "Cheque");
  }
  return {};
}

issuer issuer_of(const organisation::snapshot& of) {
  const auto& options = of.options;
  return {of.name, options.legal_name, options.legal_address, options.vat_number, options.time_zone, of.unit};
}

} // namespace foyer::papers
