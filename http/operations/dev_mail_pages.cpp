#include "http/operations/dev_mail_pages.hpp"

#include "actors/vocabulary/encode.hpp"
#include "http/json/writer.hpp"

namespace foyer::http::operations {
namespace {

std::string head(std::string_view title, bool french) {
  return std::string("<!DOCTYPE html>\n<html lang=\"") + (french ? "fr" : "en") +
         "\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         html_escaped(title) +
         "</title>\n<link rel=\"stylesheet\" href=\"/dev/mail.css\">\n</head>\n<body>\n<main>\n";
}

constexpr std::string_view foot = "</main>\n</body>\n</html>\n";

std::string input(std::string_view name, std::string_view label, std::string_view value) {
  return "<label>" + std::string(label) + " <input name=\"" + std::string(name) + "\" value=\"" +
         html_escaped(value) + "\"></label>\n";
}

std::string time_text(const mailer::mail_summary& of) {
  return json::to_rfc3339(std::chrono::time_point_cast<time_point::duration>(of.created_at));
}

/// Text with its addresses as links. Only http addresses get here, and as text they hold no quote or bracket.
std::string linked(const mailer::mail_content& mail) {
  auto out = html_escaped(mail.text);
  for (const auto& each : mail.links) {
    const auto link = html_escaped(each);
    // A link that begins another is left as text, rather than cut the other in two.
    for (std::size_t at = 0; (at = out.find(link, at)) != std::string::npos;) {
      const auto end = at + link.size();
      const bool whole =
          end == out.size() || std::string_view(" \n<.,;:!?)").find(out[end]) != std::string_view::npos;
      const bool in_link = at > 0 && (out[at - 1] == '"' || out[at - 1] == '>');
      if (!whole || in_link) {
        at = end;
        continue;
      }
      const auto anchor = "<a href=\"" + link + "\">" + link + "</a>";
      out.replace(at, link.size(), anchor);
      at += anchor.size();
    }
  }
  return out;
}

} // namespace

std::string dev_mail_list_page(const std::vector<mailer::mail_summary>& mails,
                               const mailer::mailbox::filter& wanted, bool french) {
  const std::string_view title = french ? "Courriels de la démonstration" : "Mails of the demonstration";
  auto out = head(title, french);
  out += "<h1>" + std::string(title) + "</h1>\n<p>";
  out += french ? "Rien ne part d’ici : chaque courriel est un fichier du dossier de données."
                : "Nothing leaves this machine: every mail is a file in the data folder.";
  out += "</p>\n<form action=\"/dev/mail\">\n";
  out += input("to", french ? "Destinataire" : "Recipient", wanted.to);
  out += input("q", french ? "Contient" : "Contains", wanted.text);
  out += std::string("<button>") + (french ? "Chercher" : "Search") + "</button>\n</form>\n";
  if (mails.empty())
    out += std::string("<p>") + (french ? "Aucun courriel." : "No mail.") + "</p>\n";
  else
    out += "<ul>\n";
  for (const auto& each : mails)
    out += "<li><a href=\"/dev/mail/" + html_escaped(each.id) + "\">" + html_escaped(each.subject) +
           "</a><br><small>" + html_escaped(each.to) + " · <time>" + time_text(each) +
           "</time></small></li>\n";
  if (!mails.empty()) out += "</ul>\n";
  return out.append(foot);
}

std::string dev_mail_page(const mailer::mail_content& mail, bool french) {
  auto out = head(mail.subject, french);
  out +=
      std::string("<p><a href=\"/dev/mail\">") + (french ? "Tous les courriels" : "All mails") + "</a></p>\n";
  out += "<h1>" + html_escaped(mail.subject) + "</h1>\n<p><small>" + html_escaped(mail.from) + " → " +
         html_escaped(mail.to) + " · <time>" + time_text(mail) + "</time></small></p>\n";
  out += "<iframe title=\"HTML\" src=\"/dev/mail/" + html_escaped(mail.id) +
         "/html\" sandbox=\"allow-top-navigation-by-user-activation\"></iframe>\n";
  out += std::string("<h2>") + (french ? "Version texte" : "Text version") + "</h2>\n<pre>" + linked(mail) +
         "</pre>\n";
  return out.append(foot);
}

std::string dev_mail_frame(const mailer::mail_content& mail) {
  auto out = mail.html;
  const auto at = out.find("<head>");
  out.insert(at == std::string::npos ? 0 : at + 6, "<base target=\"_top\">");
  return out;
}

std::string_view dev_mail_style() {
  return R"(body { margin: 0; background: #f4f2ee; color: #222; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; }
ul { list-style: none; padding: 0; }
li { background: #fff; padding: .7rem 1rem; border-bottom: 1px solid #e4dfd6; overflow-wrap: anywhere; }
small { color: #5f5a52; }
form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: 1rem 0; }
input, button { font: inherit; padding: .3rem .5rem; }
a { color: #1f3a5f; }
iframe { width: 100%; height: 36rem; border: 1px solid #e4dfd6; background: #fff; }
pre { background: #fff; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
)";
}

} // namespace foyer::http::operations
