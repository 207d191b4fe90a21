#include "bench/remote_accounts.hpp"

#include "actors/vocabulary/encode.hpp"
#include "actors/vocabulary/secret.hpp"
#include "bench/failure.hpp"
#include "bench/http_call.hpp"
#include "bench/seed.hpp"
#include "bench/typing.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace foyer::bench {

namespace json = boost::json;

namespace {

std::string registration_body(const std::string& email, const std::string& organisation_path) {
  const json::object body{{"email", email},
                          {"password", seeded_password},
                          {"first_name", "Camille"},
                          {"last_name", "Banc"},
                          {"birth_date", "1980-05-17"},
                          {"org", organisation_path.substr(organisation_path.rfind('/') + 1)}};
  return json::serialize(body);
}

std::string first_link(const json::object& mailbox) {
  const auto* items = mailbox.if_contains("items");
  if (items == nullptr || !items->is_array() || items->as_array().empty()) return {};
  const auto* mail = items->as_array().front().if_object();
  const auto* links = mail == nullptr ? nullptr : mail->if_contains("links");
  if (links == nullptr || !links->is_array() || links->as_array().empty()) return {};
  const auto* link = links->as_array().front().if_string();
  return link == nullptr ? std::string{} : std::string{*link};
}

} // namespace

std::optional<std::string> mailed_token(const remote_api& api, const std::string& address) {
  const auto answer = http_call(api.server(), "GET", "/dev/mail?wait=5s&to=" + url_encoded(address), {}, {},
                                "Accept: application/json");
  boost::system::error_code error;
  const auto mailbox = json::parse(answer.body, error);
  if (answer.status != 200 || error || !mailbox.is_object()) return std::nullopt;
  const auto link = first_link(mailbox.as_object());
  constexpr std::string_view mark = "#token=";
  const auto at = link.find(mark);
  return at == std::string::npos ? std::string{} : link.substr(at + mark.size());
}

void confirm_account(const remote_api& api, const std::string& token) {
  const json::object body{{"token", token}, {"password", seeded_password}};
  api.must({"POST", "/api/v1/accounts/confirm", {}, json::serialize(body), {}}, "confirming an account");
}

made_accounts make_accounts(const remote_api& api, std::size_t count, progress& show,
                            const std::atomic<bool>& stop) {
  made_accounts out;
  std::array<std::uint8_t, 6> random{};
  fill_random(random);
  const auto run = in_hex(random);
  for (std::size_t i = 0; i < count && !stop; ++i) {
    show.live("registering accounts: " + std::to_string(i) + " of " + std::to_string(count));
    const auto email = "bench-" + run + "-" + std::to_string(i) + "@bench.example";
    try {
      api.must({"POST", "/api/v1/accounts", {}, registration_body(email, api.base()), {}, 202},
               "registering an account");
      const auto token = mailed_token(api, email);
      if (!token) {
        out.why_no_more = mails_unreadable;
        return out;
      }
      if (token->empty()) {
        out.why_no_more = "no mail with a link to " + email + " came within 5 s";
        return out;
      }
      confirm_account(api, *token);
    } catch (const failure& error) {
      out.why_no_more = error.what();
      return out;
    }
    out.accounts.push_back({email, std::string{seeded_password}});
  }
  return out;
}

} // namespace foyer::bench
