#include "http/staff/household_form.hpp"

#include "http/member_form.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

constexpr std::size_t tags_max = 50;

// H1, H4: what staff know beside the person. Tags stand once each.
void read_record(const json::object& form, household::change& into) {
  if (form.has("tags")) {
    auto tags = form.texts("tags", {.max = tags_max}, {.max = 50});
    std::vector<std::string> once;
    for (auto& each : tags)
      if (std::find(once.begin(), once.end(), each) == once.end()) once.push_back(std::move(each));
    into.tags = std::move(once);
  }
  into.username = changed_text(form, "username", 64);
  into.website = changed_text(form, "website", 200);
}

} // namespace

new_client read_new_client(const json::object& form, time_point now) {
  new_client out;
  const auto person = form.child("responsible");
  out.who.first_name = person.text("first_name", json::a_name);
  out.who.last_name = person.text("last_name", json::a_name);
  out.who.birth_date = read_birth_date(person, "birth_date", now);
  out.who.phone = changed_text(person, "phone", 40).value_or("");
  read_contact(form, out.further);
  if (out.further.email) {
    out.who.email = *out.further.email;
    out.who.email_key = out.further.email_key;
  }
  read_record(form, out.further);
  out.send_notification = form.optional_boolean("send_notification").value_or(true);
  return out;
}

client_change read_client_change(const json::object& form) {
  client_change out;
  const auto sent = form.names();
  out.changes_floor = form.has("floor");
  out.changes_record = sent.size() > (out.changes_floor ? 1U : 0U);
  read_contact(form, out.what);
  read_record(form, out.what);
  if (form.has("responsible_id")) out.what.responsible = member_id{form.uuid("responsible_id")};
  if (out.changes_floor) out.floor = form.optional_money("floor", {-largest_amount, 0});
  for (const auto fixed :
       {"id", "number", "version", "status", "archived", "members", "account", "wallet", "created_at"})
    form.refuse(fixed);
  return out;
}

} // namespace foyer::http::staff
