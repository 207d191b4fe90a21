#include "mail/params.hpp"

#include "mail/message/encoding.hpp"
#include "mail/message/header.hpp"

#include <simdjson.h>

#include <array>

namespace foyer::mail {
namespace {

namespace dom = simdjson::dom;
using kainjow::mustache::data;

struct translated {
  std::string_view key;
  std::string_view french;
  std::string_view english;
};

constexpr std::array methods{
    translated{"wallet", "Compte client", "Client account"},
    translated{"voucher", "Bon", "Voucher"},
    translated{"card", "Carte bancaire", "Card"},
    translated{"bank_transfer", "Virement bancaire", "Bank transfer"},
    translated{"cash", "Espèces", "Cash"},
    translated{"cheque", "Chèque", "Cheque"},
};
constexpr std::array roles{
    translated{"administrator", "administration", "administrator"},
    translated{"box_office", "guichet", "box office"},
    translated{"editor", "rédaction", "editor"},
    translated{"auditor", "contrôle", "auditor"},
};

template <std::size_t N>
std::string name_in(const std::array<translated, N>& table, std::string_view key, bool french) {
  for (const auto& each : table)
    if (each.key == key) return std::string(french ? each.french : each.english);
  return std::string(key);
}

/// Lines are kept, everything else that controls is not.
std::string clean_text(std::string_view text) {
  std::string out;
  while (true) {
    const auto end = text.find('\n');
    out += one_line(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

class reader {
public:
  reader(const formatter& format, bool french) : format_(format), french_(french) {}

  data object(const dom::object& from) {
    data out;
    for (auto [key, value] : from) {
      const std::string name(key);
      out.set(name, convert(name, value));
      std::string_view text;
      if (value.get_string().get(text) != simdjson::SUCCESS) continue;
      if (name == "method") out.set("method_name", name_in(methods, text, french_));
      if (name == "role") out.set("role_name", name_in(roles, text, french_));
    }
    add_sum(out, from);
    return out;
  }

private:
  data convert(std::string_view key, const dom::element& value) {
    switch (value.type()) {
    case dom::element_type::OBJECT: {
      const dom::object inner = value;
      if (const auto sum = money_of(inner)) return data(format_.money(*sum));
      return object(inner);
    }
    case dom::element_type::ARRAY: {
      data list(data::type::list);
      for (const auto element : dom::array(value)) list.push_back(convert(key, element));
      return list;
    }
    case dom::element_type::STRING: return string(key, std::string_view(value));
    case dom::element_type::INT64: return data(std::to_string(std::int64_t(value)));
    case dom::element_type::BOOL: return data(bool(value));
    default: return data(false);
    }
  }

  data string(std::string_view key, std::string_view raw) {
    std::string text;
    if (key == "first_name") {
      text = greeting_name(raw);
    } else if (const auto at = key.ends_with("_at") ? parse_time(raw) : std::nullopt) {
      text = format_.date_time(*at);
    } else if (const auto day = key.ends_with("_on") ? parse_date(raw) : std::nullopt) {
      text = format_.date(*day);
    } else {
      text = clean_text(raw);
    }
    // So that a section over an empty text is left out.
    return text.empty() ? data(false) : data(text);
  }

  static std::optional<money> money_of(const dom::object& from) {
    std::int64_t sum = 0;
    std::string_view code;
    if (from.size() != 2 || from["amount"].get_int64().get(sum) != simdjson::SUCCESS ||
        from["currency"].get_string().get(code) != simdjson::SUCCESS)
      return std::nullopt;
    const auto unit = currency::parse(code);
    if (!unit) return std::nullopt;
    return money{sum, *unit};
  }

  void add_sum(data& out, const dom::object& from) {
    std::int64_t quantity = 0;
    dom::object price;
    if (out.get("sum") || from["quantity"].get_int64().get(quantity) != simdjson::SUCCESS ||
        from["unit_price"].get_object().get(price) != simdjson::SUCCESS)
      return;
    const auto each = money_of(price);
    const auto total = each ? multiply(each->value, quantity) : std::nullopt;
    if (total) out.set("sum", format_.money({*total, each->unit}));
  }

  const formatter& format_;
  bool french_;
};

} // namespace

std::optional<template_params> read_params(std::string_view json, const formatter& format,
                                           std::string_view locale) {
  dom::parser parser;
  dom::object root;
  if (parser.parse(simdjson::padded_string(json)).get_object().get(root) != simdjson::SUCCESS)
    return std::nullopt;
  template_params out;
  out.data = reader(format, locale == "fr").object(root);
  std::string_view text;
  if (root["token_id"].get_string().get(text) == simdjson::SUCCESS)
    if (const auto id = parse_uuid(text)) out.token = token_id(*id);
  if (root["household_id"].get_string().get(text) == simdjson::SUCCESS)
    if (const auto id = parse_uuid(text)) out.household = household_id(*id);
  std::int64_t number = 0;
  if (root["key_version"].get_int64().get(number) == simdjson::SUCCESS) out.key_version = number;
  if (root["order_number"].get_string().get(text) == simdjson::SUCCESS) out.order_number = text;
  if (root["organisation"].get_string().get(text) == simdjson::SUCCESS) out.organisation = text;
  return out;
}

std::string greeting_name(std::string_view name, std::size_t characters_max) {
  auto clean = one_line(name);
  if (clean.find_first_of(":/@<>\\") != std::string::npos) return {};
  // "visit shop.example": a dot between letters is what link finders look for; "J. P." and "St. John" stay.
  for (std::size_t dot = clean.find('.'); dot != std::string::npos; dot = clean.find('.', dot + 1))
    if (dot + 1 < clean.size() && clean[dot + 1] != ' ' && dot > 1) return {};
  std::size_t characters = 0;
  for (std::size_t at = 0; at < clean.size(); at += character_length(clean, at)) ++characters;
  return characters > characters_max ? std::string{} : clean;
}

} // namespace foyer::mail
