#include "actors/imports/columns.hpp"

#include "actors/vocabulary/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace foyer::imports {
namespace {

constexpr std::array<std::string_view, 21> names{
    "number", "household", "first_name", "last_name", "birth_date",  "email",   "phone",
    "mobile", "relation",  "address",    "address_2", "postal_code", "city",    "country",
    "locale", "tags",      "newsletter", "username",  "website",     "balance", "currency"};

constexpr std::string_view answers = "answers.";

// Bytes.
constexpr std::size_t header_max = 200;

struct known_header {
  std::string_view folded; // as fold_to_ascii gives it
  field as;
};

// What spreadsheets of box offices have above their columns.
constexpr known_header known[] = {
    {"n client", field::number},
    {"client number", field::number},
    {"no client", field::number},
    {"numero client", field::number},
    {"numero de client", field::number},
    {"no de client", field::number},
    {"n de client", field::number},
    {"code client", field::number},
    {"client no", field::number},
    {"customer number", field::number},
    {"customer no", field::number},
    {"customer id", field::number},
    {"client id", field::number},
    {"id client", field::number},
    {"numero", field::number},
    {"number", field::number},
    {"n", field::number},
    {"no", field::number},
    {"foyer", field::household},
    {"household", field::household},
    {"famille", field::household},
    {"family", field::household},
    {"n famille", field::household},
    {"no famille", field::household},
    {"numero famille", field::household},
    {"numero de famille", field::household},
    {"n foyer", field::household},
    {"no foyer", field::household},
    {"numero foyer", field::household},
    {"family number", field::household},
    {"household number", field::household},
    {"household id", field::household},
    {"prenom", field::first_name},
    {"first name", field::first_name},
    {"prenoms", field::first_name},
    {"firstname", field::first_name},
    {"given name", field::first_name},
    {"forename", field::first_name},
    {"nom", field::last_name},
    {"last name", field::last_name},
    {"nom de famille", field::last_name},
    {"lastname", field::last_name},
    {"surname", field::last_name},
    {"family name", field::last_name},
    {"name", field::last_name},
    {"date de naissance", field::birth_date},
    {"birth date", field::birth_date},
    {"naissance", field::birth_date},
    {"ne le", field::birth_date},
    {"nee le", field::birth_date},
    {"ne e le", field::birth_date},
    {"date naissance", field::birth_date},
    {"date of birth", field::birth_date},
    {"birthdate", field::birth_date},
    {"birthday", field::birth_date},
    {"born", field::birth_date},
    {"dob", field::birth_date},
    {"e mail", field::email},
    {"email", field::email},
    {"mail", field::email},
    {"courriel", field::email},
    {"adresse e mail", field::email},
    {"adresse email", field::email},
    {"adresse mail", field::email},
    {"adresse courriel", field::email},
    {"adresse electronique", field::email},
    {"mel", field::email},
    {"email address", field::email},
    {"e mail address", field::email},
    {"telephone", field::phone},
    {"phone", field::phone},
    {"tel", field::phone},
    {"telephone fixe", field::phone},
    {"tel fixe", field::phone},
    {"fixe", field::phone},
    {"n de telephone", field::phone},
    {"numero de telephone", field::phone},
    {"phone number", field::phone},
    {"telephone number", field::phone},
    {"mobile", field::mobile},
    {"portable", field::mobile},
    {"telephone mobile", field::mobile},
    {"telephone portable", field::mobile},
    {"tel mobile", field::mobile},
    {"tel portable", field::mobile},
    {"gsm", field::mobile},
    {"cell", field::mobile},
    {"cell phone", field::mobile},
    {"mobile phone", field::mobile},
    {"lien", field::relation},
    {"relation", field::relation},
    {"lien de parente", field::relation},
    {"parente", field::relation},
    {"relationship", field::relation},
    {"adresse", field::address},
    {"address", field::address},
    {"adresse postale", field::address},
    {"rue", field::address},
    {"adresse 1", field::address},
    {"adresse ligne 1", field::address},
    {"street", field::address},
    {"address 1", field::address},
    {"address line 1", field::address},
    {"postal address", field::address},
    {"adresse 2", field::address_2},
    {"complement d adresse", field::address_2},
    {"complement dadresse", field::address_2},
    {"complement adresse", field::address_2},
    {"complement", field::address_2},
    {"adresse ligne 2", field::address_2},
    {"address 2", field::address_2},
    {"address line 2", field::address_2},
    {"code postal", field::postal_code},
    {"cp", field::postal_code},
    {"postal code", field::postal_code},
    {"postcode", field::postal_code},
    {"zip", field::postal_code},
    {"zip code", field::postal_code},
    {"ville", field::city},
    {"city", field::city},
    {"commune", field::city},
    {"localite", field::city},
    {"town", field::city},
    {"pays", field::country},
    {"country", field::country},
    {"langue", field::locale},
    {"language", field::locale},
    {"locale", field::locale},
    {"etiquettes", field::tags},
    {"tags", field::tags},
    {"etiquette", field::tags},
    {"mots cles", field::tags},
    {"groupes", field::tags},
    {"tag", field::tags},
    {"labels", field::tags},
    {"lettre d information", field::newsletter},
    {"lettre dinformation", field::newsletter},
    {"newsletter", field::newsletter},
    {"infolettre", field::newsletter},
    {"identifiant", field::username},
    {"username", field::username},
    {"user name", field::username},
    {"site web", field::website},
    {"website", field::website},
    {"site internet", field::website},
    {"solde", field::balance},
    {"balance", field::balance},
    {"solde initial", field::balance},
    {"solde d ouverture", field::balance},
    {"solde douverture", field::balance},
    {"solde du compte", field::balance},
    {"solde client", field::balance},
    {"solde compte client", field::balance},
    {"avoir", field::balance},
    {"credit", field::balance},
    {"opening balance", field::balance},
    {"account balance", field::balance},
    {"devise", field::currency},
    {"currency", field::currency},
    {"monnaie", field::currency},
};

// What our exports write. Of other headers an organisation's own questions come first: "Téléphone portable"
// is then an answer.
constexpr std::string_view exported[] = {
    "n client",   "client number",     "foyer",      "household", "prenom",    "first name", "nom",
    "last name",  "date de naissance", "birth date", "e mail",    "telephone", "phone",      "lien",
    "relation",   "adresse",           "address",    "langue",    "language",  "etiquettes", "tags",
    "newsletter", "identifiant",       "username",   "site web",  "website",   "solde",      "balance",
    "devise",     "currency"};
bool is_exported(std::string_view folded) noexcept {
  return std::find(std::begin(exported), std::end(exported), folded) != std::end(exported);
}

// "Solde (€)", "Balance in EUR" and "E-mail *" are what stands before the addition.
std::string folded_header(std::string_view header) {
  auto out = fold_to_ascii(header.substr(0, header.find('(')));
  for (const std::string_view tail : {" in eur", " en eur", " en euros", " eur"})
    if (out.ends_with(tail)) out.resize(out.size() - tail.size());
  return out;
}

// Whole code points; nobody's header is longer, and each is kept with the import and shown.
std::string shown_header(std::string_view header) {
  std::size_t end = std::min(header.size(), header_max);
  while (end < header.size() && end > 0 && (static_cast<unsigned char>(header[end]) & 0xC0) == 0x80) --end;
  return trimmed(header.substr(0, end));
}

// The fields of the form by key and labels, folded once.
class form_headers {
public:
  explicit form_headers(const organisation::settings& of) : of_(of) {
    for (std::size_t i = 0; i < of.form.size(); ++i)
      if (!of.form[i].archived)
        for (const auto* label : {&of.form[i].label.fr, &of.form[i].label.en})
          if (auto folded = fold_to_ascii(*label); !folded.empty())
            folded_.emplace_back(std::move(folded), i);
  }
  [[nodiscard]] const organisation::form_field* find(std::string_view header) const {
    for (const auto& each : of_.form)
      if (each.key == header && !each.archived) return &each;
    const auto wanted = fold_to_ascii(header);
    for (const auto& [folded, index] : folded_)
      if (folded == wanted) return &of_.form[index];
    return nullptr;
  }

private:
  const organisation::settings& of_;
  std::vector<std::pair<std::string, std::size_t>> folded_;
};

bool is_taken(const std::vector<column>& before, const column& by) {
  return std::any_of(before.begin(), before.end(), [&](const column& each) {
    return each.as == by.as && each.answer_key == by.answer_key;
  });
}

refusal bad_columns(std::string code) {
  refusal why{errc::invalid};
  why.fields.push_back({"?columns", std::move(code)});
  return why;
}

} // namespace

std::string_view to_string(field of) noexcept {
  const auto index = static_cast<std::size_t>(of);
  return index < names.size() ? names[index] : "answers";
}

std::vector<column> match_columns(const std::vector<std::string>& headers, const organisation::settings& of) {
  const form_headers form{of};
  std::vector<column> out;
  for (const auto& header : headers) {
    column one{shown_header(header), std::nullopt, {}};
    const auto folded = folded_header(one.header);
    const auto* found = std::find_if(std::begin(known), std::end(known),
                                     [&](const known_header& each) { return each.folded == folded; });
    const auto* asked = is_exported(folded) ? nullptr : form.find(one.header);
    if (asked != nullptr) {
      one.as = field::answer;
      one.answer_key = asked->key;
    } else if (found != std::end(known)) {
      one.as = found->as;
    }
    if (one.as && is_taken(out, one)) one.as.reset();
    out.push_back(std::move(one));
  }
  return out;
}

outcome<std::vector<column>> named_columns(const std::vector<std::string>& headers,
                                           const std::vector<std::string>& wanted,
                                           const organisation::settings& of) {
  if (wanted.size() > headers.size()) return bad_columns("too_long");
  std::vector<column> out;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    column one{shown_header(headers[i]), std::nullopt, {}};
    const std::string_view name = i < wanted.size() ? wanted[i] : std::string_view{};
    if (name.starts_with(answers)) {
      one.answer_key = name.substr(answers.size());
      one.as = field::answer;
      if (std::none_of(of.form.begin(), of.form.end(),
                       [&](const auto& each) { return each.key == one.answer_key && !each.archived; }))
        return bad_columns("invalid");
    } else if (!name.empty()) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) return bad_columns("invalid");
      one.as = static_cast<field>(found - names.begin());
    }
    if (one.as && is_taken(out, one)) return bad_columns("repeated");
    out.push_back(std::move(one));
  }
  return out;
}

std::optional<field> missing_column(const std::vector<column>& of) noexcept {
  for (const auto wanted : {field::last_name, field::first_name})
    if (std::none_of(of.begin(), of.end(), [&](const column& each) { return each.as == wanted; }))
      return wanted;
  return std::nullopt;
}

} // namespace foyer::imports
