#include "http/staff/export_csv.hpp"

#include "actors/imports/cells.hpp"
#include "actors/imports/csv.hpp"
#include "http/json/writer.hpp"
#include "http/staff/table_words.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace foyer::http::staff {
namespace {

class line {
public:
  line(std::string& out, const table_style& how) : out_(out), how_(how) {}
  line(const line&) = delete;
  line& operator=(const line&) = delete;
  ~line() { out_ += "\r\n"; }

  line& cell(std::string_view text) {
    if (!first_) out_ += how_.separator;
    first_ = false;
    imports::append_cell(out_, text, how_.separator);
    return *this;
  }
  line& cell(const words& of) { return cell(of.in(how_.locale)); }
  line& sum(amount of) { return cell(imports::write_amount(of, how_.locale)); }
  line& flag(bool of) { return cell(of ? words{"oui", "yes"} : words{"non", "no"}); }
  line& day(const std::optional<date>& of) { return cell(of ? imports::write_day(*of) : std::string{}); }
  line& time(const std::optional<time_point>& of) { return cell(of ? json::to_rfc3339(*of) : std::string{}); }
  void all(std::initializer_list<words> headers) {
    for (const auto& each : headers) cell(each);
  }

private:
  std::string& out_;
  const table_style& how_;
  bool first_ = true;
};

// Answers are texts, or lists of them, by key (organisation/form.hpp).
std::string answer_in(const boost::json::value& answers, const std::string& key) {
  const auto* found = answers.is_object() ? answers.get_object().if_contains(key) : nullptr;
  if (found == nullptr) return {};
  if (found->is_string()) return std::string{found->get_string()};
  std::vector<std::string> several;
  if (found->is_array())
    for (const auto& each : found->get_array())
      if (each.is_string()) several.emplace_back(each.get_string());
  return imports::join_tags(several);
}

void append_answers(line& out, const household::member& of, const organisation::settings& by) {
  if (by.form.empty()) return;
  boost::system::error_code bad;
  const auto answers = boost::json::parse(of.answers, bad);
  // As the header: an archived field has no column.
  for (const auto& field : by.form)
    if (!field.archived) out.cell(bad ? std::string{} : answer_in(answers, field.key));
}

} // namespace

void append_clients_header(std::string& out, const organisation::settings& of, const table_style& how) {
  line to{out, how};
  to.all({{"N° client", "Client number"},
          {"Foyer", "Household"},
          {"Prénom", "First name"},
          {"Nom", "Last name"},
          {"Date de naissance", "Birth date"},
          {"E-mail", "E-mail"},
          {"Téléphone", "Phone"},
          {"Lien", "Relation"},
          {"Adresse", "Address"},
          {"Langue", "Language"},
          {"Étiquettes", "Tags"},
          {"Newsletter", "Newsletter"},
          {"Identifiant", "Username"},
          {"Site web", "Website"},
          {"Solde", "Balance"},
          {"Devise", "Currency"}});
  for (const auto& field : of.form)
    if (!field.archived) to.cell(field.label.in(how.locale));
  to.all({{"Statut", "Status"},
          {"Archivé", "Archived"},
          {"Compte en ligne", "Online account"},
          {"Créé le", "Created"}});
}

void append_client(std::string& out, const household::listed& of, const organisation::settings& by,
                   const table_style& how) {
  const auto& who = of.who;
  const auto append = [&](const household::member& person, bool first) {
    line to{out, how};
    to.cell(who.number)
        .cell(who.number)
        .cell(person.first_name)
        .cell(person.last_name)
        .day(person.birth_date);
    to.cell(first ? who.email : person.email);
    to.cell(first && !who.phone.empty() ? who.phone : person.phone).cell(person.relation);
    if (first) {
      to.cell(who.address).cell(who.locale).cell(imports::join_tags(who.tags)).flag(who.newsletter);
      to.cell(who.username).cell(who.website).sum(of.purse.balance).cell(how.unit.code());
    } else {
      for (int i = 0; i < 8; ++i) to.cell(std::string_view{});
    }
    append_answers(to, person, by);
    to.cell(name_of(who.status)).flag(who.archived).cell(who.account_username).time(who.created_at);
  };
  if (const auto* first = who.responsible_member()) append(*first, true);
  for (const auto& each : who.members)
    if (each.id != who.responsible) append(each, false);
}

void append_wallets_header(std::string& out, const table_style& how) {
  line{out, how}.all({{"N° client", "Client number"},
                      {"Prénom", "First name"},
                      {"Nom", "Last name"},
                      {"E-mail", "E-mail"},
                      {"Archivé", "Archived"},
                      {"Solde", "Balance"},
                      {"Réservé", "Held"},
                      {"Disponible", "Available"},
                      {"Devise", "Currency"},
                      {"Dernier courrier de solde", "Last balance mail"}});
}

void append_wallet(std::string& out, const wallet::listed_wallet& of, const table_style& how) {
  line to{out, how};
  to.cell(of.number).cell(of.first_name).cell(of.last_name).cell(of.email).flag(of.archived);
  to.sum(of.balance).sum(of.held).sum(of.balance - of.held).cell(how.unit.code());
  to.time(of.last_balance_mail_at);
}

void wallet_sums::add(const wallet::listed_wallet& of) noexcept {
  positive_count += of.balance > 0 ? 1 : 0;
  negative_count += of.balance < 0 ? 1 : 0;
  (of.balance > 0 ? positive : negative) += of.balance;
  held += of.held;
}

void append_wallet_sums(std::string& out, const wallet_sums& of, const table_style& how) {
  const auto append = [&](const words& name, std::int64_t count, amount sum) {
    line to{out, how};
    to.cell(name).cell(std::string_view{}).cell(std::to_string(count)).cell(std::string_view{});
    to.cell(std::string_view{}).sum(sum).cell(std::string_view{}).cell(std::string_view{});
    to.cell(how.unit.code()).cell(std::string_view{});
  };
  append({"Total des soldes positifs", "Total of positive balances"}, of.positive_count, of.positive);
  append({"Total des soldes négatifs", "Total of negative balances"}, of.negative_count, of.negative);
}

void append_orders_header(std::string& out, const table_style& how) {
  line{out, how}.all({{"N° commande", "Order number"},
                      {"Date", "Date"},
                      {"Statut", "Status"},
                      {"Payée le", "Paid"},
                      {"Point de vente", "Point of sale"},
                      {"Prénom", "First name"},
                      {"Nom", "Last name"},
                      {"E-mail", "E-mail"},
                      {"Articles", "Items"},
                      {"Total", "Total"},
                      {"Reste à payer", "Outstanding"},
                      {"Paiements", "Payments"},
                      {"Devise", "Currency"}});
}

void append_order(std::string& out, const order::state& of, const organisation::snapshot& at,
                  const table_style& how) {
  std::int64_t items = 0;
  for (const auto& each : of.lines) items += each.cancelled ? 0 : each.quantity;
  std::string payments;
  for (const auto& each : of.payments) {
    const auto name = name_of(each.method);
    const auto word = how.locale == "fr" ? name.fr : name.en;
    if (each.status == order::payment_status::failed || payments.find(word) != std::string::npos) continue;
    if (!payments.empty()) payments += ", ";
    payments += word;
  }
  const auto* shop = at.find_shop(of.shop);
  line to{out, how};
  to.cell(of.number).time(of.created_at).cell(name_of(of.status)).time(of.paid_at);
  to.cell(shop == nullptr ? std::string_view{} : std::string_view{shop->name});
  to.cell(of.buyer_first_name).cell(of.buyer_last_name).cell(of.buyer_email).cell(std::to_string(items));
  to.sum(of.total).sum(of.outstanding()).cell(payments).cell(how.unit.code());
}

} // namespace foyer::http::staff
