#include "http/public/unsubscribe.hpp"

#include "http/bind.hpp"
#include "http/problem.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;

/// The body is `List-Unsubscribe=One-Click` in either form encoding, or empty; no more is read.
constexpr std::size_t body_max = 4 * 1024;

struct words {
  std::string_view language;
  std::string_view title;
  std::string_view question;
  std::string_view button;
  std::string_view done;
  std::string_view unknown;
};
constexpr words french{
    "fr",
    "Invitations",
    "Ne plus recevoir d’invitations de cette organisation ? Vos billets et vos commandes n’en "
    "dépendent pas.",
    "Ne plus recevoir d’invitations",
    "C’est fait : vous ne recevrez plus d’invitations de cette organisation.",
    "Ce lien n’est pas complet."};
constexpr words english{
    "en",
    "Invitations",
    "Receive no more invitations of this organisation? Your tickets and orders do not depend on "
    "it.",
    "Receive no more invitations",
    "Done: you will receive no more invitations of this organisation.",
    "This link is not complete."};

const words& words_for(const request& in) {
  return in.header("accept-language").value_or("").starts_with("fr") ? french : english;
}

response page(int status, const words& in, std::string_view says, bool button) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"" + std::string{in.language} +
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      std::string{in.title} +
      "</title>\n<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n<header><h1>" +
      std::string{in.title} + "</h1></header>\n<main>\n<p role=\"status\">" + std::string{says} + "</p>\n";
  if (button)
    html += "<form method=\"post\"><p><button type=\"submit\">" + std::string{in.button} +
            "</button></p></form>\n";
  html += "</main>\n</body>\n</html>\n";
  return html_response(status, std::move(html))
      .header("Vary", "Accept-Language")
      .header("Cache-Control", "no-store");
}

asio::awaitable<response> show(staff::office_services& with, request& in) {
  const auto& say = words_for(in);
  const bool known = with.house.secret.unsubscribed(in.parameter("token")).has_value();
  co_return page(known ? 200 : 404, say, known ? say.question : say.unknown, known);
}

asio::awaitable<response> unsubscribe(staff::office_services& with, request& in) {
  const auto& say = words_for(in);
  const auto whose = with.house.secret.unsubscribed(in.parameter("token"));
  if (!whose) co_return page(404, say, say.unknown, false);
  // Who went into another household meant that one (H9).
  const auto there = co_await merge::follow(with.house.households, *whose);
  commit rows;
  rows.cold.emplace_back(unsubscribed_row{there ? there->id : *whose, with.house.clock.now()});
  const auto written = co_await staff::write_rows(with, std::move(rows));
  if (!written) co_return problem_of(written.error());
  co_return page(200, say, say.done, false);
}

} // namespace

void add_unsubscribe_routes(router& to, staff::office_services& with) {
  constexpr std::string_view path = "/unsubscribe/{token}";
  to.add(verb::get, path, bind<show>(with), {.operation = "unsubscribe_page", .group = "operations"});
  to.add(verb::post, path, bind<unsubscribe>(with),
         {.operation = "unsubscribe", .body_max = body_max, .cross_site = true, .group = "operations"});
}

} // namespace foyer::http
