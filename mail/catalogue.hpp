#pragma once

#include <array>
#include <span>
#include <string_view>

namespace foyer::mail {

/// Which duration of the configuration a template's {{validity}} names.
enum class validity { none, confirmation, password_reset, email_change, email_undo, invitation, space_code };

/// What the program knows about one template besides its files
/// mail/templates/{fr,en}/NAME.{subject,txt,html}.
struct template_info {
  std::string_view name;
  /// The page that {{link}} opens, "" without; the token of params.token_id follows in the fragment.
  std::string_view link_path;
  mail::validity validity = validity::none;
  /// {{code}}, the 8 digits of the same token, may be typed instead.
  bool has_code = false;
  /// Names that params may leave out; every other name that the files use must be there.
  std::span<const std::string_view> optional = {};
  /// Carries the one-click link that ends further mails like it (M2).
  bool unsubscribable = false;
};

/// nullptr for an unknown name.
const template_info* find_template(std::string_view name);
/// All of them, for previews and tests.
std::span<const template_info> all_templates();

} // namespace foyer::mail
