#pragma once

#include "config/settings.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace foyer::config {

struct integer_field {
  std::int64_t& (*at)(settings&);
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

struct duration_field {
  duration& (*at)(settings&);
  duration min = 1ms;
  duration max = 3'650 * 24h;
};

struct boolean_field {
  bool& (*at)(settings&);
};

struct list_field {
  std::vector<std::string>& (*at)(settings&);
};

/// What a text has to look like, besides being printable on one line.
enum class text_form { any, host_port, host_port_or_empty, http_url, mailbox, not_empty };

struct text_field {
  std::string& (*at)(settings&);
  text_form form = text_form::any;
};

/// One word of a list; the word's place in the list is the enumerator's value.
struct choice_field {
  std::span<const std::string_view> words;
  std::size_t (*get)(settings&);
  void (*set)(settings&, std::size_t);
};

/// One key of the configuration. File, environment, flags, help, checks and `check-config` all come from
/// this.
struct field {
  std::string_view name; ///< `section.key`
  std::variant<text_field, integer_field, duration_field, boolean_field, list_field, choice_field> kind;
  std::string_view help;
  bool secret = false; ///< shown by no command and in no log

  std::string_view section() const { return name.substr(0, name.find('.')); }
  std::string_view key() const { return name.substr(name.find('.') + 1); }
  /// `FOYER_<SECTION>__<KEY>`
  std::string environment() const;
};

/// Every key, by section in the order of the operator's handbook.
std::span<const field> schema();

/// The field of a `section.key`, or null.
const field* find_field(std::string_view name);

/// The value as the configuration file writes it, without regard to secrecy: `"text"`, `12`, `"24h"`,
/// `["a"]`.
std::string value_as_toml(const field& key, const settings& from);

} // namespace foyer::config
