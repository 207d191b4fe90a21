#include "mail/renderer.hpp"

#include "actors/vocabulary/encode.hpp"
#include "actors/vocabulary/unique_key.hpp"
#include "mail/catalogue.hpp"
#include "mail/message/address.hpp"
#include "mail/message/header.hpp"
#include "mail/params.hpp"
#include "mail/template_files.hpp"

#include <map>
#include <set>

namespace foyer::mail {
namespace {

namespace mustache = kainjow::mustache;

/// What a preview shows instead of a secret.
constexpr std::string_view dots = "••••••";

std::string html_lines(const std::string& text) {
  std::string out;
  for (const char c : html_escaped(text)) {
    if (c == '\n') out += "<br>";
    out += c;
  }
  return out;
}

/// Sections that were left out leave empty lines behind: one between paragraphs is enough.
std::string single_blank_lines(std::string_view text) {
  std::string out;
  std::size_t ends = 0;
  for (char c : text) {
    ends = c == '\n' ? ends + 1 : 0;
    if (ends <= 2) out += c;
  }
  return out;
}

/// Looks names up from the innermost section outwards and remembers those that nobody knows: the library
/// itself would leave them blank.
class strict_context final : public mustache::basic_context<std::string> {
public:
  /// Partials are looked for as {locale}/NAME.{kind}, then layout/NAME.{kind}.
  strict_context(const mustache::data& root, std::string_view locale, std::string_view kind)
      : locale_(locale), kind_(kind) {
    items_.push_back(&root);
  }

  void push(const mustache::data* item) override { items_.push_back(item); }
  void pop() override { items_.pop_back(); }

  const mustache::data* get(const std::string& name) const override {
    if (name == ".") return items_.back();
    for (auto item = items_.rbegin(); item != items_.rend(); ++item)
      if (const auto* found = (*item)->get(name)) return found;
    missing_.insert(name);
    return nullptr;
  }

  const mustache::data* get_partial(const std::string& name) const override {
    const auto file = name + "." + std::string(kind_);
    auto content = template_file(std::string(locale_) + "/" + file);
    if (!content) content = template_file("layout/" + file);
    if (!content) {
      missing_.insert(">" + name);
      return nullptr;
    }
    auto& kept = partials_[name];
    kept = mustache::data(std::string(*content));
    return &kept;
  }

  /// Names that were asked for in vain.
  const std::set<std::string>& missing() const { return missing_; }

private:
  std::string_view locale_;
  std::string_view kind_;
  std::vector<const mustache::data*> items_;
  mutable std::set<std::string> missing_;
  mutable std::map<std::string, mustache::data> partials_;
};

class mustache_renderer final : public renderer {
public:
  mustache_renderer(const config::settings& settings, const server_secret& secret)
      : public_url_(settings.server.public_url), accounts_(settings.accounts), secret_(secret) {
    if (const auto from = parse_mailbox(settings.mail.from)) own_name_ = from->name;
    if (own_name_.empty()) own_name_ = "Foyer";
  }

  outcome<rendered> render(std::string_view name, std::string_view locale, std::string_view params_json,
                           const branding& by) override {
    const auto* info = find_template(name);
    if (!info) return refusal(errc::not_found, "no mail template " + std::string(name));
    if (locale != "fr") locale = "en";
    const auto& format = formatter_of(locale, by.settings.time_zone);
    auto params = read_params(params_json, format, locale);
    if (!params) return refusal(errc::invalid, "params are not a JSON object");

    auto& data = params->data;
    for (auto optional : info->optional)
      if (!data.get(std::string(optional))) data.set(std::string(optional), mustache::data(false));
    const auto sender = by.organisation_name.empty() ? own_name_ : one_line(by.organisation_name);
    data.set("organisation", sender);
    data.set("colour", by.settings.colour);
    data.set("signature", by.settings.signature.empty() ? sender : by.settings.signature);
    const bool has_logo = !by.settings.logo.empty() && !by.organisation_slug.empty();
    data.set("logo_url", has_logo ? mustache::data(public_url_ + "/api/v1/orgs/" + by.organisation_slug +
                                                   "/logo?v=" + by.settings.logo)
                                  : mustache::data(false));
    const auto& transfer = by.settings.bank_transfer_instructions.in(locale);
    data.set("transfer_instructions", transfer.empty() ? mustache::data(false) : mustache::data(transfer));
    data.set("site_url", public_url_ + "/");
    data.set("space_url", public_url_ + "/space#org=" + by.organisation_slug);
    data.set("language", std::string(locale));
    if (!data.get("first_name")) data.set("first_name", mustache::data(false));
    add_secrets(*info, *params, by.secrets_hidden);
    const bool bulk = info->unsubscribable && params->household;
    const auto unsubscribe_url =
        !bulk               ? std::string{}
        : by.secrets_hidden ? public_url_ + "/unsubscribe/" + std::string{dots}
                            : public_url_ + "/unsubscribe/" + secret_.unsubscribe_token(*params->household);
    data.set("unsubscribe_url", bulk ? mustache::data(unsubscribe_url) : mustache::data(false));
    if (info->validity != validity::none) data.set("validity", format.duration(length_of(info->validity)));
    auto out = fill(*info, locale, data);
    if (out) out->unsubscribe_url = unsubscribe_url;
    return out;
  }

private:
  outcome<rendered> fill(const template_info& info, std::string_view locale, mustache::data& data) {
    std::set<std::string> missing;
    const std::string base = std::string(locale) + "/" + std::string(info.name);
    rendered out;
    out.subject = one_line(fill_file(base, "subject", locale, data, missing));
    data.set("subject", out.subject);
    // The layout is filled around what the template made; its {{{body}}} is not escaped again.
    data.set("body", fill_file(base, "txt", locale, data, missing));
    out.text = single_blank_lines(fill_file("layout/layout", "txt", locale, data, missing));
    data.set("body", fill_file(base, "html", locale, data, missing));
    out.html = fill_file("layout/layout", "html", locale, data, missing);
    if (missing.empty()) return out;
    std::string names;
    for (const auto& each : missing) names += (names.empty() ? "" : ", ") + each;
    return refusal(errc::invalid, "template " + base + " lacks " + names);
  }

  std::string fill_file(const std::string& base, std::string_view kind, std::string_view locale,
                        const mustache::data& data, std::set<std::string>& missing) {
    const auto name = base + "." + std::string(kind);
    auto found = parsed_.find(name);
    if (found == parsed_.end()) {
      const auto content = template_file(name);
      if (!content) {
        missing.insert("file " + name);
        return {};
      }
      found = parsed_.emplace(name, mustache::mustache(std::string(*content))).first;
      if (kind == "html")
        found->second.set_custom_escape(html_lines);
      else
        found->second.set_custom_escape([](const std::string& text) { return text; });
    }
    strict_context context(data, locale, kind);
    auto out = found->second.render(context);
    if (!found->second.is_valid()) missing.insert(name + ": " + found->second.error_message());
    missing.insert(context.missing().begin(), context.missing().end());
    return out;
  }

  /// The only place where an outbox row becomes a secret.
  void add_secrets(const template_info& info, template_params& params, bool hidden) const {
    auto& data = params.data;
    if (params.household && params.key_version)
      data.set("key", hidden ? std::string{dots}
                             : grouped(secret_.unique_key(*params.household, *params.key_version)));
    if (!params.token) return;
    if (!info.link_path.empty()) {
      std::string link = public_url_ + std::string(info.link_path) + "#";
      if (info.link_path == "/orders") link += "order=" + fragment_value(params.order_number) + "&";
      link += "token=" + (hidden ? std::string{dots} : secret_.token(*params.token));
      if (!params.organisation.empty()) link += "&org=" + fragment_value(params.organisation);
      data.set("link", link);
    }
    if (info.has_code) {
      const auto code = secret_.code(*params.token);
      // Two groups are easier to carry over by eye; what is typed may have the space.
      data.set("code", hidden ? std::string{dots}
                              : code.substr(0, code.size() / 2) + " " + code.substr(code.size() / 2));
    }
  }

  static std::string fragment_value(std::string_view text) {
    std::string out;
    for (char c : text)
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-') out += c;
    return out;
  }

  std::chrono::milliseconds length_of(validity which) const {
    switch (which) {
    case validity::confirmation: return accounts_.confirmation_link;
    case validity::password_reset: return accounts_.password_reset_link;
    case validity::email_change: return accounts_.email_change_link;
    case validity::email_undo: return accounts_.email_change_undo;
    case validity::invitation: return accounts_.invitation_link;
    case validity::space_code: return accounts_.space_code;
    case validity::none: break;
    }
    return {};
  }

  const formatter& formatter_of(std::string_view locale, const std::string& time_zone) {
    // More zones than any one installation has; only a bound.
    constexpr std::size_t formatters_max = 64;
    if (formatters_.size() > formatters_max) formatters_.clear();
    auto& kept = formatters_[std::string(locale) + time_zone];
    if (!kept) kept = create_formatter(locale, time_zone);
    return *kept;
  }

  std::string public_url_;
  config::accounts_settings accounts_;
  const server_secret& secret_;
  std::string own_name_;
  std::map<std::string, mustache::mustache> parsed_;
  std::map<std::string, std::unique_ptr<formatter>> formatters_;
};

} // namespace

std::unique_ptr<renderer> create_renderer(const config::settings& settings, const server_secret& secret) {
  return std::make_unique<mustache_renderer>(settings, secret);
}

} // namespace foyer::mail
