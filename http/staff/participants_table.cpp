#include "http/staff/participants_table.hpp"

#include "actors/imports/csv.hpp"
#include "actors/order/order.hpp"
#include "http/offer_json.hpp"

#include <map>
#include <set>

namespace foyer::http::staff {
namespace {

using household::participant;
using household::participation;

using place = std::pair<order_id, int>;

date day_of(time_point at) {
  return date{std::chrono::floor<std::chrono::days>(at)};
}

std::string text_of(const date& day) {
  std::string out;
  json::writer(out).value(day);
  return out.substr(1, out.size() - 2); // without the quotes
}

std::map<place, std::map<date, bool>> by_place(const participation& who) {
  std::map<place, std::map<date, bool>> out;
  for (const auto& each : who.presences) out[{each.order, each.position}][each.day] = each.present;
  return out;
}

std::set<date> days_of(const participation& who) {
  std::set<date> out;
  for (const auto& each : who.presences) out.insert(each.day);
  return out;
}

bool is_paid(const participant& of) {
  return of.order_status == static_cast<int>(order::status::paid);
}

void append_participant(json::writer& out, const participant& of, const std::map<date, bool>* days,
                        const date& today) {
  out.begin_object().field("ticket_id", of.ticket).field("order_number", of.order_number);
  out.field("title", of.title).field("household_id", of.household);
  out.field_or_null("household_number", of.household_number).field("member_id", of.member);
  out.field("first_name", of.first_name).field("last_name", of.last_name).field("birth_date", of.birth_date);
  out.key("age");
  if (of.birth_date)
    out.value(age_on(*of.birth_date, today));
  else
    out.null();
  out.field_or_null("email", of.email).field_or_null("phone", of.phone);
  out.field("status", order::to_string(static_cast<order::ticket_status>(of.status)))
      .field("paid", is_paid(of));
  out.field("enrolment", of.enrolment.empty() ? std::string_view{"bought"} : std::string_view{of.enrolment});
  out.field_or_null("reason", of.reason).field("enrolled_at", of.at).key("presences").begin_array();
  if (days != nullptr)
    for (const auto& [day, present] : *days)
      out.begin_object().field("day", day).field("present", present).end_object();
  out.end_array().end_object();
}

} // namespace

std::string participants_json(const offer::state& of, const participation& who, time_point now) {
  const auto marks = by_place(who);
  std::string body;
  json::writer out(body);
  out.begin_object().field("offer_id", of.id).key("title");
  append_text(out, of.what->title);
  out.field("starts_at", of.what->starts_at).field("ends_at", of.what->ends_at);
  out.field("location", of.what->location).field("capacity", of.what->capacity);
  out.key("items").begin_array();
  for (const auto& each : who.people) {
    const auto found = marks.find({each.order, each.position});
    append_participant(out, each, found == marks.end() ? nullptr : &found->second, day_of(now));
  }
  out.end_array().key("days").begin_array();
  for (const auto& each : days_of(who)) out.value(each);
  out.end_array().field("complete", !who.more).end_object();
  return body;
}

std::string participants_csv(const participation& who, std::string_view locale, time_point now) {
  const bool english = locale == "en";
  const char separator = english ? ',' : ';';
  const auto days = days_of(who);
  const auto marks = by_place(who);
  std::string out = "\xEF\xBB\xBF";
  bool first = true;
  const auto cell = [&](std::string_view text) {
    if (!first) out += separator;
    first = false;
    imports::append_cell(out, text, separator);
  };
  const auto end = [&] {
    out += "\r\n";
    first = true;
  };
  for (const auto* each : {english ? "Last name" : "Nom", english ? "First name" : "Prénom",
                           english ? "Birth date" : "Date de naissance", english ? "Age" : "Âge",
                           english ? "E-mail" : "Courriel", english ? "Phone" : "Téléphone",
                           english ? "Order" : "Commande", english ? "Paid" : "Payé"})
    cell(each);
  for (const auto& day : days) cell(text_of(day));
  end();
  for (const auto& each : who.people) {
    cell(each.last_name);
    cell(each.first_name);
    cell(each.birth_date ? text_of(*each.birth_date) : "");
    cell(each.birth_date ? std::to_string(age_on(*each.birth_date, day_of(now))) : "");
    cell(each.email);
    cell(each.phone);
    cell(each.order_number);
    cell(is_paid(each) ? (english ? "yes" : "oui") : (english ? "no" : "non"));
    const auto found = marks.find({each.order, each.position});
    for (const auto& day : days) {
      const bool known = found != marks.end() && found->second.contains(day);
      cell(!known ? "" : found->second.at(day) ? "x" : "absent"); // the same word in both languages
    }
    end();
  }
  return out;
}

} // namespace foyer::http::staff
