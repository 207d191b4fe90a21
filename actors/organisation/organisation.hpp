#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// An organisation (tenant) with its settings and points of sale, as everybody reads it: an immutable
// snapshot.

namespace foyer::organisation {

/// Text in both languages of pages and mails.
struct text {
  std::string fr;
  std::string en;
  [[nodiscard]] const std::string& in(std::string_view locale) const noexcept {
    const auto& wanted = locale == "en" ? en : fr;
    return wanted.empty() ? (locale == "en" ? fr : en) : wanted;
  }
  friend bool operator==(const text&, const text&) = default;
};

enum class role { administrator, box_office, editor, auditor };
inline constexpr std::array<role, 4> all_roles{role::administrator, role::box_office, role::editor,
                                               role::auditor};

std::string_view to_string(role of) noexcept;
std::optional<role> parse_role(std::string_view text) noexcept;

/// How a payment is made (O4). The numbers are stored.
enum class payment_method { wallet = 1, voucher = 2, card = 3, bank_transfer = 4, cash = 5, cheque = 6 };

std::string_view to_string(payment_method of) noexcept;
std::optional<payment_method> parse_payment_method(std::string_view text) noexcept;

/// One question of the form: to who buys, to each member, or to both (S4, H5).
struct form_field {
  std::string key;
  text label;
  std::string type = "text"; // form.hpp, field_types
  bool mandatory = false;
  std::vector<std::string> choices{}; // of choice and choices
  bool of_buyer = true;
  bool of_member = true;
  std::vector<std::string> sets{}; // the forms that it stands in
  bool archived = false;           // asked of nobody any more; what was answered stays readable
  friend bool operator==(const form_field&, const form_field&) = default;
};

struct settings {
  std::string legal_name;
  std::string legal_address;
  std::string vat_number;
  std::string time_zone = "Europe/Paris";
  std::string reply_to;
  std::string terms_url;
  std::string privacy_url;
  bool account_required = false;
  bool order_number_door_open = false; // order_number_door: "code" or "open" (S6)
  bool claim_past_orders = false;      // S5
  bool link_by_email = true;           // A1
  bool invite_on_purchase = false;     // H3
  int minimum_buyer_age = 18;          // H5
  bool top_up_allowed = false;         // W11
  std::array<amount, 4> floors{};      // by role, ≤ 0 (W3)
  std::string colour = "#1f3a5f";      // of mails
  std::string signature;               // of mails
  std::string sender_name;             // who mails come from; empty: the organisation's name
  std::string logo;                    // version of the picture above mails; empty: none
  text bank_transfer_instructions;     // account holder, IBAN and the like, for who pays so
  std::vector<form_field> form;
  std::vector<std::string> tags; // offered to staff who tag households

  [[nodiscard]] amount floor_of(role of) const noexcept { return floors[static_cast<std::size_t>(of)]; }
  friend bool operator==(const settings&, const settings&) = default;
};

/// What a buyer has to do to pay by a method that is not paid at once (next_action, mails); empty: nothing.
std::string payment_instructions(const settings& of, payment_method method, std::string_view locale);

/// `organisations.settings` as stored: JSON. What is missing or of another type has its default, so that
/// settings written by an older version, or `{}`, can be read.
std::string to_json(const settings& of);
settings settings_from_json(std::string_view json);

struct shop {
  shop_id id;
  std::string slug;
  std::string name;
  bool box_office = false;
  bool customer_space_open = false; // S7
  std::vector<payment_method> payment_methods;
  std::int64_t version = 1;
  time_point created_at;
  friend bool operator==(const shop&, const shop&) = default;
};

struct snapshot {
  organisation_id id;
  std::string slug;
  std::string name;
  currency unit;
  std::string locale;
  settings options;
  std::vector<shop> shops;
  std::int64_t version = 1;
  time_point created_at;

  [[nodiscard]] const shop* find_shop(std::string_view wanted) const noexcept {
    for (const auto& each : shops)
      if (each.slug == wanted) return &each;
    return nullptr;
  }
  [[nodiscard]] const shop* find_shop(const shop_id& wanted) const noexcept {
    for (const auto& each : shops)
      if (each.id == wanted) return &each;
    return nullptr;
  }
  /// S7: on in at least one online point of sale.
  [[nodiscard]] bool customer_space_open() const noexcept {
    for (const auto& each : shops)
      if (!each.box_office && each.customer_space_open) return true;
    return false;
  }
};

using snapshot_ptr = std::shared_ptr<const snapshot>;

} // namespace foyer::organisation
