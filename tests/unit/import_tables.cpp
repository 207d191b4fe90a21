#include "actors/imports/plan.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace foyer;
using namespace foyer::imports;

namespace {

struct reading {
  organisation::settings house;
  table whole;
  imports::plan plan;
  std::vector<draft> made;
  std::vector<typed_line> lines; // in the order of the file

  [[nodiscard]] std::string problems() const {
    std::string out;
    for (const auto& line : lines)
      for (const auto& each : line.problems)
        out += std::to_string(line.number) + " " + each.column + " " + each.code +
               (each.other.empty() ? "" : " " + each.other) + "\n";
    return out;
  }
};

organisation::settings house_with_form() {
  organisation::settings out;
  out.form.push_back({"size", {"Taille", "Size"}, "choice", true, {"S", "M"}});
  out.form.push_back({"likes", {"Goûts", "Likes"}, "choices", false, {"Jazz", "Opéra"}});
  out.form.push_back({"notes", {"Remarques", "Notes"}, "text", false, {}});
  return out;
}

reading read(const std::string& text, std::vector<std::string> names = {}) {
  reading out;
  out.house = house_with_form();
  auto opened = open_table(text, names, out.house);
  REQUIRE(opened);
  out.whole = std::move(*opened);
  auto plan = plan::of(out.whole);
  REQUIRE(plan);
  out.plan = std::move(*plan);
  const rules by{out.house, *currency::parse("EUR"),
                 "fr",      "import",
                 -5'000,    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
  repeats seen{true};
  for (std::size_t unit = 0; unit < out.plan.units(); ++unit) {
    auto lines = out.plan.read(out.whole, unit, by);
    out.made.push_back(assemble(lines, out.whole.columns, by));
    seen.look(out.made.back(), lines.front(), out.whole.columns);
    for (auto& each : lines) out.lines.push_back(std::move(each));
  }
  return out;
}

std::string code_of(const std::string& text, const std::vector<std::string>& names = {}) {
  const auto out = open_table(text, names, house_with_form());
  return out ? "" : out.error().fields.front().field + " " + out.error().fields.front().code;
}

std::string fields_of(const std::string& headers) {
  std::string out;
  const auto opened = open_table(headers + ";nom;prenom\nx", {}, house_with_form());
  REQUIRE(opened);
  for (std::size_t i = 0; i + 2 < opened->columns.size(); ++i) {
    const auto& each = opened->columns[i];
    out += each.as ? std::string{to_string(*each.as)} + (each.answer_key.empty() ? "" : "." + each.answer_key)
                   : "-";
    out += " ";
  }
  return out;
}

} // namespace

TEST_CASE("H10 headers are known in both languages, whatever case and accents") {
  CHECK(fields_of("N° client;FOYER;Téléphone;DATE DE NAISSANCE;Courriel") ==
        "number household phone birth_date email ");
  CHECK(fields_of("Nº client;Client number;No client") == "number - - ");
  CHECK(fields_of("birth date;E-Mail;Cell phone;Zip code;Town") ==
        "birth_date email mobile postal_code city ");
  CHECK(fields_of("Mobile;Téléphone;Foyer") == "mobile phone household ");
  CHECK(fields_of("Solde (€);Langue;Étiquettes;Civilité;taille;NOTES") ==
        "balance locale tags - answers.size answers.notes ");
}

TEST_CASE("H10 a request names its own columns, and what is missing or wrong is told") {
  CHECK(code_of("a;b\nx;y", {"first_name", "last_name"}).empty());
  CHECK(code_of("a;b\nx;y") == "?columns missing_last_name");
  CHECK(code_of("nom;b\nx;y") == "?columns missing_first_name");
  CHECK(code_of("a;b\nx;y", {"first_name", "first_name"}) == "?columns repeated");
  CHECK(code_of("a;b\nx;y", {"first_name", "nonsense"}) == "?columns invalid");
  CHECK(code_of("a;b\nx;y", {"first_name", "last_name", "email"}) == "?columns too_long");
  CHECK(code_of("a;b\nx;y", {"answers.other", "last_name"}) == "?columns invalid");
  CHECK(code_of(";;\n\n") == "/file empty");
}

TEST_CASE("H10 one line makes a client with everything that stands in it") {
  const auto out =
      read("Numéro;Prénom;Nom;Naissance;E-mail;Tél;Portable;Adresse;CP;Ville;Langue;Tags;Newsletter;Solde;"
           "Taille;Remarques;Goûts\r\n"
           "A-1;Zoé;Martin;4/5/1990;Zoe@Example.org;01 02;06 07;1 rue du Lac;75001;Paris;anglais;"
           "abonné|été;oui;1 234,50 €;m;fidèle;opéra|jazz\r\n");
  CHECK(out.problems().empty());
  REQUIRE(out.made.size() == 1);
  const auto& who = out.made[0].who;
  CHECK(who.number == "A-1");
  CHECK(who.email == "Zoe@Example.org");
  CHECK(who.email_key == "zoe@example.org");
  CHECK(who.phone == "01 02 / 06 07");
  CHECK(who.address == "1 rue du Lac\n75001 Paris");
  CHECK(who.locale == "en");
  CHECK(who.tags == std::vector<std::string>{"abonné", "été", "import"});
  CHECK(who.newsletter);
  CHECK(out.made[0].balance == 123'450);
  REQUIRE(who.members.size() == 1);
  CHECK(who.members[0].first_name == "Zoé");
  CHECK(who.members[0].answers == R"({"size":"M","notes":"fidèle","likes":["Opéra","Jazz"]})");
}

TEST_CASE("H10 lines with one household are its members, wherever they stand") {
  const auto out =
      read("Famille;Prénom;Nom;E-mail;Adresse;Solde\n7;Zoé;Martin;z@x.org;Paris;5\n8;Ann;Petit;;;\n"
           "7;Léo;Martin;l@x.org;;\n7;Max;Martin;;Paris;\n");
  CHECK(out.problems().empty());
  REQUIRE(out.made.size() == 2);
  CHECK(out.made[0].who.members.size() == 3);
  CHECK(out.made[0].who.members[1].email == "l@x.org");
  CHECK(out.made[0].who.email == "z@x.org");
  const auto other = read("Famille;Prénom;Nom;Adresse;Solde\n7;Zoé;Martin;Paris;5\n7;Léo;Martin;Lyon;5\n");
  CHECK(other.problems() == "3 Adresse differs 2\n3 Solde balance_of_member 2\n");
}

TEST_CASE("H10 every line says what is wrong with it, counted as the spreadsheet counts") {
  const auto out = read("Prénom;Nom;E-mail;Naissance;Solde;Langue;Taille;Devise\n"
                        "\"Zoé\n Anne\";Martin;;;;;;\n"                     // 2: a line end inside a cell
                        "\n"                                                // 3: nothing
                        ";Petit;nobody;31/02/2000;12,345;klingon;XXL;USD\n" // 4
                        "=cmd();Roux;a@x.org;;-50,01;;;\n"                  // 5
                        "Léa;Roux;A@X.org;1/1/2999;-50;;;;more\n");         // 6
  CHECK(out.problems() == "2 Prénom control_character\n"
                          "4 Prénom required\n4 Naissance invalid\n4 E-mail invalid\n4 Langue invalid\n"
                          "4 Devise currency_mismatch\n4 Solde ambiguous\n4 Taille invalid\n"
                          "5 Prénom formula\n5 Solde floor_exceeded\n"
                          "6  too_many_cells\n6 Naissance out_of_range\n6 E-mail repeated 5\n");
}

TEST_CASE("H10 what our own apostrophe keeps from being computed is taken as it was") {
  const auto out = read("Prénom;Nom;Téléphone\n'=1+1;'t Hooft;'+33 6 12 34 56 78\n");
  CHECK(out.problems().empty());
  CHECK(out.made[0].who.members[0].first_name == "=1+1");
  CHECK(out.made[0].who.members[0].last_name == "'t Hooft");
  CHECK(out.made[0].who.phone == "+33 6 12 34 56 78");
}
