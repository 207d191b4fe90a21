#pragma once

#include "actors/vocabulary/id.hpp"
#include "mail/format.hpp"

#include <kainjow/mustache.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::mail {

/// The params of an outbox row, ready for templates.
struct template_params {
  kainjow::mustache::data data;
  /// Of "token_id": where {{link}} and {{code}} come from.
  std::optional<token_id> token;
  std::optional<household_id> household; // of "household_id"
  /// Of "key_version": with the household, where {{key}} comes from.
  std::optional<std::int64_t> key_version;
  std::string order_number;
  std::string organisation; // slug, of an order
};

/// Turns a JSON object into template data. Texts lose their control characters (but line ends), sums
/// `{"amount", "currency"}` and strings whose key ends with `_at` (time) or `_on` (date) are written out in
/// the reader's language; `method` and `role` get `method_name` and `role_name` beside them, `quantity` and
/// `unit_price` get their `sum`; a `first_name` that could pass for an address or an advertisement is
/// dropped. Absent, null, false, "" and [] are the same to a section. nullopt: not a JSON object.
std::optional<template_params> read_params(std::string_view json, const formatter&, std::string_view locale);

/// A name that is fit for a greeting or a header, else "": at most `characters_max` characters and nothing
/// that a mail program would make a link of, so that nobody can have us mail an advertisement to a stranger.
std::string greeting_name(std::string_view name, std::size_t characters_max = 40);

} // namespace foyer::mail
