#include "http/public/link_pages.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace foyer::http {

/// The files of pages/ (foyer_embed).
std::vector<std::pair<std::string_view, std::string_view>> page_files();

namespace {

namespace asio = boost::asio;

struct link_page {
  std::string_view path;
  std::string_view operation;
  std::string_view title_fr;
  std::string_view title_en;
  std::string_view button_fr;
  std::string_view button_en;
};

constexpr std::array pages{
    link_page{"/confirm", "confirm_page", "Confirmer votre compte", "Confirm your account",
              "Confirmer mon compte", "Confirm my account"},
    link_page{"/reset", "reset_page", "Choisir un mot de passe", "Choose a password", "Enregistrer", "Save"},
    link_page{"/email-change", "email_change_page", "Confirmer votre adresse", "Confirm your address",
              "Confirmer cette adresse", "Confirm this address"},
    link_page{"/email-undo", "email_undo_page", "Garder votre adresse", "Keep your address",
              "Rétablir l’ancienne adresse", "Restore the former address"},
    link_page{"/accept", "accept_page", "Ouvrir votre compte", "Open your account", "Ouvrir mon compte",
              "Open my account"},
    link_page{"/orders", "order_page", "Votre commande", "Your order", "Afficher ma commande",
              "Show my order"},
    link_page{"/space", "space_page", "Mon espace", "My space", "Ouvrir mon espace", "Open my space"},
};

std::string html_of(const link_page& page, bool french) {
  const auto pick = [french](std::string_view fr, std::string_view en) {
    return std::string{french ? fr : en};
  };
  const auto title = pick(page.title_fr, page.title_en);
  return "<!DOCTYPE html>\n<html lang=\"" + pick("fr", "en") +
         "\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         title +
         "</title>\n<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"data:,\">\n"
         "<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body data-page=\"" +
         std::string{page.path.substr(1)} + "\">\n<header><h1>" + title +
         "</h1></header>\n<main>\n<form method=\"post\">\n"
         "<p class=\"password\" hidden><label><span></span><br>"
         "<input type=\"password\" maxlength=\"128\" autocomplete=\"current-password\" "
         "disabled></label></p>\n"
         "<p><button type=\"submit\">" +
         pick(page.button_fr, page.button_en) +
         "</button></p>\n</form>\n<p role=\"status\"></p>\n<ul></ul>\n<noscript><p>" +
         pick("Cette page a besoin de JavaScript ; le code du message fonctionne sans.",
              "This page needs JavaScript; the code in the mail works without.") +
         "</p></noscript>\n</main>\n<script src=\"/links.js\"></script>\n</body>\n</html>\n";
}

} // namespace

void add_link_pages(router& to) {
  for (const auto& page : pages) {
    const auto french = std::make_shared<const std::string>(html_of(page, true));
    const auto english = std::make_shared<const std::string>(html_of(page, false));
    to.add(verb::get, page.path,
           [french, english](request& in) -> asio::awaitable<response> {
             const bool wanted = in.header("accept-language").value_or("").starts_with("fr");
             auto out = html_response(200, wanted ? *french : *english);
             out.header("Vary", "Accept-Language");
             co_return out;
           },
           {.operation = page.operation, .access = access::anybody, .group = "operations"});
  }
  to.add(verb::get, "/links.js",
         [](request&) -> asio::awaitable<response> {
           co_return response(200, "text/javascript; charset=utf-8",
                              std::string(page_files().front().second));
         },
         {.operation = "link_pages_script", .access = access::anybody, .group = "operations"});
}

} // namespace foyer::http
