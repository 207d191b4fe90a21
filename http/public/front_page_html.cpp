#include "http/public/front_page_html.hpp"

#include "actors/vocabulary/encode.hpp"

namespace foyer::http {
namespace {

/// Writes the page in one language: `say` takes the French words and the English ones.
class page {
public:
  page(const front_page& what, bool french) : what_(what), french_(french) {}

  std::string html() {
    head();
    if (!what_.logins.empty()) {
      steps();
      logins();
      shell();
    }
    links();
    out_ += "</main>\n</body>\n</html>\n";
    return std::move(out_);
  }

private:
  [[nodiscard]] std::string_view say(std::string_view fr, std::string_view en) const {
    return french_ ? fr : en;
  }

  void heading(std::string_view text) { out_.append("<h2>").append(text).append("</h2>\n"); }

  void command(std::string_view label, const std::string& text) {
    out_.append("<p>").append(label).append("</p>\n<pre><code>");
    out_.append(html_escaped(text)).append("</code></pre>\n");
  }

  void head() {
    out_.append("<!DOCTYPE html>\n<html lang=\"").append(say("fr", "en"));
    out_ += "\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Foyer</title>\n"
            "<meta name=\"description\" content=\"";
    out_ += say("Les comptes clients des lieux qui vendent billets, ateliers et adhésions.",
                "Customer accounts for venues that sell tickets, courses and memberships.");
    out_ += "\">\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" "
            "href=\"/style.css\">\n</head>\n<body>\n"
            "<header>\n<h1>Foyer</h1>\n<a class=\"language\" href=\"/?lang=";
    out_.append(say("en", "fr")).append("\" lang=\"").append(say("en", "fr")).append("\">");
    out_.append(say("English", "Français")).append("</a>\n<p>");
    out_ += say(
        "Le serveur des comptes clients d’un théâtre, d’un club, d’un atelier : billets, ateliers et "
        "adhésions "
        "achetés en ligne ou au guichet, la famille dans un seul compte, et un solde qui n’est jamais "
        "dépensé "
        "deux fois, même à l’ouverture des ventes.",
        "The server for the customer accounts of a theatre, a club, a studio: tickets, courses and "
        "memberships "
        "bought online or at the box office, the family in one account, and a balance that is never spent "
        "twice, not even in the minute in which sales open.");
    out_ += "</p>\n</header>\n<main>\n";
  }

  void step(std::string_view text) { out_.append("<li>").append(text).append("</li>\n"); }

  void steps() {
    heading(say("À essayer", "What to try"));
    out_ += "<p>";
    out_ += say(
        "Une maison de démonstration est ouverte : le Théâtre des Tilleuls, sa saison, ses ateliers, 200 "
        "familles avec leurs commandes et leurs soldes. Tout se fait par l’interface JSON, ici avec curl.",
        "A demonstration house is open: the Théâtre des Tilleuls with its season, its courses and 200 "
        "families "
        "with their orders and balances. Everything goes through the JSON interface, here with curl.");
    out_ += "</p>\n<ol>\n";
    step(say("Lire la programmation et les places qui restent.", "Read the programme and the places left."));
    step(say(
        "Se connecter comme Claire : 120,00 € sur son compte, quatre personnes dans sa famille, des billets.",
        "Log in as Claire: 120.00 € on her account, four people in her family, tickets."));
    step(say("Acheter avec ce solde, deux fois avec la même clé : une seule commande.",
             "Buy with that balance, twice with the same key: one order."));
    step(what_.mailbox
             ? say("Ouvrir un compte : le courriel de confirmation arrive <a href=\"/dev/mail\">dans la "
                   "boîte de la "
                   "démonstration</a>.",
                   "Open an account: the confirmation mail arrives <a href=\"/dev/mail\">in the "
                   "demonstration’s "
                   "mailbox</a>.")
             : say("Ouvrir un compte et confirmer son adresse.", "Open an account and confirm its address."));
    step(say("Créditer un client depuis le guichet.", "Credit a client from the box office."));
    out_ += "</ol>\n";
  }

  [[nodiscard]] std::string_view role_of(const std::string& role) const {
    if (role == "administrator") return say("administration : peut tout", "administrator: may do everything");
    if (role == "box_office")
      return say("guichet : clients, commandes, soldes", "box office: clients, orders, balances");
    return say("une acheteuse, sa famille et ses billets", "a buyer with her family and tickets");
  }

  void logins() {
    heading(say("Comptes", "Logins"));
    out_ += "<ul class=\"logins\">\n";
    for (const auto& each : what_.logins)
      out_ += "<li><code>" + html_escaped(each.email) + "</code> <span>" + std::string{role_of(each.role)} +
              "</span></li>\n";
    out_ += "</ul>\n<p>";
    out_.append(say("Mot de passe de tous : ", "Password of all: ")).append("<code>");
    out_.append(html_escaped(what_.password)).append("</code></p>\n");
  }

  // Logs in and keeps the session's token in a variable.
  [[nodiscard]] std::string log_in(std::string_view variable, std::string_view email) const {
    return std::string{variable} + "=$(curl -s $API/sessions --json '{\"login\": \"" + std::string{email} +
           "\",\n  \"password\": \"" + what_.password +
           "\", \"mode\": \"token\"}' |\n  sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')";
  }
  // The first id of a list.
  [[nodiscard]] static std::string first_id(std::string_view variable, const std::string& request) {
    return std::string{variable} + "=$(curl -s " + request +
           " |\n  sed 's/.*\"items\":\\[{\"id\":\"\\([^\"]*\\)\".*/\\1/')\n";
  }
  [[nodiscard]] static std::string as(std::string_view variable) {
    return " -H \"Authorization: Bearer $" + std::string{variable} + "\"";
  }
  // The form of a request whose answer is shown: with an end of line.
  [[nodiscard]] static std::string get(const std::string& target) { return "curl -sw '\\n' " + target; }

  void shell() {
    const auto org = "$API/orgs/" + what_.organisation;
    const auto mine = "$API/me/orgs/" + what_.organisation;
    heading(say("Dans un terminal", "In a terminal"));
    command(say("La programmation :", "The programme:"),
            "API=" + what_.public_url + "/api/v1\n" + get(org + "/shops/online/offers"));
    command(say("Se connecter comme Claire :", "Log in as Claire:"), log_in("TOKEN", "claire@demo.example"));
    command(say("Son solde, sa famille, ses billets :", "Her balance, her family, her tickets:"),
            get(mine + "/wallet") + as("TOKEN") + "\n" + get(mine + "/household") + as("TOKEN") + "\n" +
                get(mine + "/tickets") + as("TOKEN"));
    command(say("Acheter une place avec le solde ; répétée, la même clé ne paie qu’une fois :",
                "Buy a seat with the balance; repeated, the same key pays only once:"),
            first_id("OFFER", org + "/shops/online/offers") + get(org + "/shops/online/orders") +
                as("TOKEN") +
                " \\\n  -H 'Idempotency-Key: my-first-order' \\\n  --json '{\"lines\": [{\"offer_id\": "
                "\"'$OFFER'\", \"quantity\": 1}],\n          \"payments\": [{\"method\": \"wallet\"}]}'");
    command(
        say("Au guichet, créditer le compte de Claire de 50,00 € :",
            "At the box office, credit Claire’s account with 50.00 €:"),
        log_in("STAFF", "guichet@demo.example") + "\n" +
            first_id("CLIENT", "\"" + org + "/staff/households?q=claire@demo.example\"" + as("STAFF")) +
            get(org + "/staff/wallets/$CLIENT/entries") + as("STAFF") +
            " \\\n  -H 'Idempotency-Key: my-first-credit' \\\n  --json '{\"kind\": \"top_up\", \"amount\": "
            "{\"amount\": 5000, \"currency\": \"EUR\"},\n          \"reason\": \"Bon anniversaire\"}'");
    const auto read_mail = "\n" + get("'" + what_.public_url +
                                      "/dev/mail?to=you@example.org&wait=5s' -H 'Accept: application/json'");
    command(say("Ouvrir un compte, puis lire le courriel :", "Open an account, then read the mail:"),
            get("$API/accounts --json '{\"email\": \"you@example.org\",\n  \"password\": \"seven green "
                "bicycles\", \"first_name\": \"Ada\", \"last_name\": \"Martin\", \"org\": \"" +
                what_.organisation + "\"}'") +
                (what_.mailbox ? read_mail : ""));
  }

  void link(std::string_view to, std::string_view text) {
    out_.append("<li><a href=\"").append(to).append("\">").append(text).append("</a></li>\n");
  }

  void links() {
    heading(say("Liens", "Links"));
    out_ += "<ul>\n";
    link("/api/openapi.json",
         say("Description de l’interface (OpenAPI 3.1)", "Description of the interface (OpenAPI 3.1)"));
    if (what_.mailbox)
      link("/dev/mail", say("Les courriels de la démonstration", "The demonstration’s mails"));
    link("/readyz", say("État du serveur", "State of the server"));
    out_.append("</ul>\n<p class=\"version\">Foyer ").append(html_escaped(what_.version)).append("</p>\n");
  }

  const front_page& what_;
  bool french_;
  std::string out_;
};

} // namespace

std::string front_page_html(const front_page& what, bool french) {
  return page{what, french}.html();
}

std::string_view front_page_style() {
  return R"(:root { color-scheme: light dark; --ink: #22302b; --paper: #fbf9f4; --soft: #5b665f; --line: #ddd8cc;
  --code: #f1ede3; --accent: #23604a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e6dd; --paper: #171c1a; --soft: #a9b3ac; --line: #333b37; --code: #212826; --accent: #8fd0b3; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
header, main { max-width: 48rem; margin: 0 auto; padding: 0 1.1rem; }
header { position: relative; padding-top: 2.2rem; }
main { padding-bottom: 3rem; }
h1 { margin: 0; font: 600 2.6rem/1.1 Georgia, "Times New Roman", serif; letter-spacing: -.02em; color: var(--accent); }
h2 { margin: 2.4rem 0 .6rem; padding-top: 1.1rem; border-top: 1px solid var(--line); font-size: 1.2rem; }
header p { margin: .9rem 0 0; font-size: 1.15rem; }
.language { position: absolute; right: 1.1rem; top: 2.6rem; padding: .3rem 0; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
ol, ul { padding-left: 1.3rem; }
li { margin: .35rem 0; }
.logins { list-style: none; padding: 0; }
.logins li { display: grid; gap: 0 1rem; align-items: baseline; padding: .45rem 0; margin: 0;
  border-bottom: 1px solid var(--line); }
.logins span, .version { color: var(--soft); }
code { font: .92em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: .3rem 0 1.1rem;
  white-space: pre-wrap; }
pre code { font-size: .85rem; }
button { font: inherit; font-weight: 600; padding: .6rem 1.2rem; border: 0; border-radius: .4rem; cursor: pointer;
  background: var(--accent); color: var(--paper); }
button:disabled { opacity: .6; }
input { font: inherit; width: 100%; max-width: 26rem; padding: .5rem .6rem; margin-top: .3rem; border: 1px solid var(--soft);
  border-radius: .4rem; background: var(--paper); color: inherit; }
.version { margin-top: 2.5rem; font-size: .9rem; }
@media (min-width: 40rem) {
  header { padding-top: 4rem; }
  .language { top: 4.5rem; }
  .logins li { grid-template-columns: 15rem 1fr; }
}
)";
}

} // namespace foyer::http
