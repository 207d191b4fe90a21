#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/secret.hpp"
#include "config/settings.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace foyer::mail {

/// A mail before it is laid out for SMTP.
struct rendered {
  std::string subject; // one line
  std::string text;
  std::string html;
  std::string unsubscribe_url; // of params.household_id, for invitations; else empty
};

/// In whose name a mail is written. Of the settings count time_zone, colour, logo, signature and how to pay
/// by bank transfer.
struct branding {
  std::string organisation_name; // empty: the display name of mail.from
  const organisation::settings& settings;
  std::string organisation_slug{};
  /// Of a preview: dots stand where links, codes and keys would.
  bool secrets_hidden = false;
};

/// Fills the templates of mail/templates. Keeps parsed templates and formatters, so keep it; one thread at a
/// time.
class renderer {
public:
  virtual ~renderer() = default;

  /// params_json as actors/commit.hpp's mail_row carries it; secrets are derived here, in no other place.
  /// errc::not_found: no such template. errc::invalid: params are not an object, or the template uses a name
  /// that they lack; the detail names all such names.
  virtual outcome<rendered> render(std::string_view template_name, std::string_view locale,
                                   std::string_view params_json, const branding&) = 0;
};

/// The secret must outlive the renderer.
std::unique_ptr<renderer> create_renderer(const config::settings&, const server_secret&);

} // namespace foyer::mail
