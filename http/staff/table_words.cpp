#include "http/staff/table_words.hpp"

namespace foyer::http::staff {

words name_of(household::status of) {
  switch (of) {
  case household::status::added: return {"ajouté", "added"};
  case household::status::invited: return {"invité", "invited"};
  case household::status::accepted: return {"accepté", "accepted"};
  }
  return {"", ""};
}

words name_of(order::status of) {
  switch (of) {
  case order::status::awaiting_payment: return {"en attente de paiement", "awaiting payment"};
  case order::status::paid: return {"payée", "paid"};
  case order::status::cancelled: return {"annulée", "cancelled"};
  case order::status::refunded: return {"remboursée", "refunded"};
  }
  return {"", ""};
}

words name_of(organisation::payment_method of) {
  using organisation::payment_method;
  switch (of) {
  case payment_method::wallet: return {"compte client", "client account"};
  case payment_method::voucher: return {"bon", "voucher"};
  case payment_method::card: return {"carte", "card"};
  case payment_method::bank_transfer: return {"virement", "bank transfer"};
  case payment_method::cash: return {"espèces", "cash"};
  case payment_method::cheque: return {"chèque", "cheque"};
  }
  return {"", ""};
}

words name_of(wallet::entry_kind of) {
  using wallet::entry_kind;
  switch (of) {
  case entry_kind::top_up: return {"versement", "top-up"};
  case entry_kind::purchase: return {"achat", "purchase"};
  case entry_kind::refund: return {"remboursement", "refund"};
  case entry_kind::adjustment: return {"ajustement", "adjustment"};
  case entry_kind::transfer: return {"transfert", "transfer"};
  case entry_kind::hold: return {"réservation", "hold"};
  case entry_kind::release: return {"libération", "release"};
  }
  return {"", ""};
}

} // namespace foyer::http::staff
