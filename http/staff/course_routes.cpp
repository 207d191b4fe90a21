#include "http/staff/course_routes.hpp"

#include "http/bind.hpp"
#include "http/buyer/order_answer.hpp"
#include "http/json/reader.hpp"
#include "http/staff/participants_table.hpp"
#include "http/staff/staff_request.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using household::participant;
using household::participation;
using runtime::ask_entity;
using runtime::await_reply;

constexpr std::size_t reason_max = 500;

struct at_course {
  staff_request by;
  offer::state of;
};

asio::awaitable<outcome<at_course>> enter(client_services& with, const request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return by.error();
  const auto id = parse_uuid(in.parameter("offer"));
  if (!id) co_return errc::not_found;
  auto found = co_await ask_entity(with.house.offers, offer_id{*id}, offer::get_view{});
  if (!found) co_return found.error();
  if (found->organisation != by->at->id) co_return errc::not_found;
  at_course out{std::move(*by), std::move(*found)};
  co_return out;
}

asio::awaitable<outcome<participation>> participants_of(client_services& with, const at_course& here) {
  co_return co_await await_reply<participation>([&](reply<participation> back) {
    with.files.list_participants(here.by.at->id, here.of.id, std::move(back));
  });
}

asio::awaitable<response> get_participants(client_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  auto who = co_await participants_of(with, *here);
  if (!who) co_return problem_of(who.error());
  co_return json_response(200, participants_json(here->of, *who, here->by.now));
}

asio::awaitable<response> get_participants_csv(client_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  const auto locale = in.query("lang").value_or(here->by.who.locale);
  if (locale != "fr" && locale != "en") co_return invalid("?lang", "invalid");
  auto who = co_await participants_of(with, *here);
  if (!who) co_return problem_of(who.error());
  response out(200, "text/csv; charset=utf-8", participants_csv(*who, locale, here->by.now));
  out.header("Content-Disposition",
             "attachment; filename=\"participants-" + to_string(here->of.id) + ".csv\"");
  co_return out;
}

// The counter, or whatever point of sale there is: nothing is sold here.
const organisation::shop* shop_of(const organisation::snapshot& at, const offer::details& what) {
  const organisation::shop* found = nullptr;
  for (const auto& each : at.shops)
    if (what.sold_by(each.slug) && (found == nullptr || each.box_office)) found = &each;
  return found;
}

std::string enrolment_note(const hand_enrolment_row& of, const offer_id& which, const member_id& who) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("offer_id", which).field("member_id", who).field("kind", of.kind);
  out.field("reason", of.reason).end_object();
  return body;
}

struct wanted_enrolment {
  household_id household;
  member_id member;
  std::optional<rate_id> rate;
  hand_enrolment_row why;
};

wanted_enrolment read_enrolment(const json::object& form, const at_course& here) {
  wanted_enrolment out;
  out.household = household_id{form.uuid("household_id")};
  out.member = member_id{form.uuid("member_id")};
  if (const auto rate = form.optional_uuid("rate_id")) out.rate = rate_id{*rate};
  out.why.organisation = here.by.at->id;
  out.why.kind = form.choice("kind", {"free", "paid_elsewhere"}) == 0 ? "free" : "paid_elsewhere";
  out.why.reason = form.text("reason", {.max = reason_max, .tidy = true});
  out.why.by = here.by.who.id;
  out.why.at = here.by.now;
  return out;
}

checkout::place_order order_of(const at_course& here, const wanted_enrolment& wanted) {
  checkout::place_order command;
  command.organisation = here.by.at;
  command.shop = shop_of(*here.by.at, *here.of.what);
  command.household = wanted.household;
  command.staff = here.by.who.id;
  command.locale = here.by.at->locale;
  checkout::wanted_line line;
  line.offer = here.of.id;
  line.rate = wanted.rate;
  line.members.push_back(wanted.member);
  command.lines.push_back(std::move(line));
  command.enrolment = wanted.why;
  command.audit = here.by.audit("course.enrol", "order", std::nullopt);
  command.audit->after = enrolment_note(wanted.why, here.of.id, wanted.member);
  return command;
}

// Not found where the household or member is none of this organisation's. Set: why not.
asio::awaitable<std::optional<problem>> check_member(client_services& with, const at_course& here,
                                                     const wanted_enrolment& wanted) {
  auto whose = co_await ask_entity(with.house.households, wanted.household, household::get_view{});
  if (!whose && whose.error().code != errc::not_found) co_return problem_of(whose.error());
  if (!whose || whose->organisation != here.by.at->id) co_return invalid("/household_id", "not_found");
  if (whose->find_member(wanted.member) == nullptr) co_return invalid("/member_id", "not_found");
  co_return std::nullopt;
}

asio::awaitable<std::optional<problem>> check_enrolled(client_services& with, const at_course& here,
                                                       const member_id& wanted) {
  auto who = co_await participants_of(with, here);
  if (!who) co_return problem_of(who.error());
  const bool there = std::any_of(who->people.begin(), who->people.end(),
                                 [&](const participant& each) { return each.member == wanted; });
  if (there) co_return conflict("conflict", "This member takes part already.");
  co_return std::nullopt;
}

asio::awaitable<response> post_enrolment(client_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  json::reader form(in);
  const auto wanted = read_enrolment(*form, *here);
  if (auto bad = form.finish()) co_return *bad;
  if (auto why = co_await check_member(with, *here, wanted)) co_return *why;
  if (shop_of(*here->by.at, *here->of.what) == nullptr) co_return problem_of(errc::not_on_sale);
  const buyer::order_answer answer{here->by.at, with.house.orders, with.house.secret};
  std::optional<problem> already;
  auto enrol = [&](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    already = co_await check_enrolled(with, *here, wanted.member);
    if (already) co_return errc::conflict;
    auto command = order_of(*here, wanted);
    command.answer = answer.to_keep(std::move(prefilled));
    auto placed = co_await checkout::place(with.checkout, std::move(command));
    if (!placed) co_return placed.error();
    co_return std::move(placed->answer);
  };
  auto answered = co_await with.house.idempotent.once(in, here->by.at, here->by.principal(), std::move(enrol),
                                                      answer.again());
  // A repeat of the enrolment itself is told the first answer.
  if (already && answered.status != 201) co_return *already;
  co_return answered;
}

const participant* find_ticket(const participation& who, const std::optional<uuid>& id) {
  for (const auto& each : who.people)
    if (id && each.ticket.value == *id) return &each;
  return nullptr;
}

// The line of this ticket alone; none: others take part by the same line.
outcome<line_id> line_of(const order::state& of, const participant& who) {
  for (const auto& ticket : of.tickets) {
    if (ticket.id != who.ticket) continue;
    for (const auto& line : of.lines)
      if (line.position == ticket.line_position) {
        if (line.quantity == 1) return line.id;
        return refusal{errc::conflict,
                       "Several take part by this line of the order; refund the line instead."};
      }
  }
  return errc::not_found;
}

asio::awaitable<response> post_withdrawal(client_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  json::reader form(in);
  const auto ticket = form->uuid("ticket_id");
  const auto reason = form->text("reason", {.max = reason_max, .tidy = true});
  const auto where = form->optional_choice("to", {"wallet", "original"});
  if (auto bad = form.finish()) co_return *bad;
  const buyer::order_answer answer{here->by.at, with.house.orders, with.house.secret};
  auto withdraw = [&](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    auto who = co_await participants_of(with, *here);
    if (!who) co_return who.error();
    const auto* found = find_ticket(*who, ticket);
    if (found == nullptr) co_return errc::not_found;
    auto of = co_await await_reply<order::state>([&](reply<order::state> back) {
      with.house.orders.load_order(here->by.at->id, found->order_number, std::move(back));
    });
    if (!of) co_return of.error();
    const auto line = line_of(*of, *found);
    if (!line) co_return line.error();
    checkout::refund_order command;
    command.organisation = here->by.at;
    command.number = of->number;
    command.lines.push_back(*line);
    command.where = where == 1 ? order::refund_to::original : order::refund_to::wallet;
    command.reason = reason;
    command.by = here->by.who.id;
    command.audit = here->by.audit("course.withdraw", "order", of->id.value);
    command.audit->before = "{\"ticket_id\":\"" + to_string(ticket) + "\"}";
    command.answer = answer.to_keep(std::move(prefilled));
    auto done = co_await checkout::refund(with.checkout, std::move(command));
    if (!done) co_return done.error();
    co_return std::move(done->answer);
  };
  co_return co_await with.house.idempotent.once(in, here->by.at, here->by.principal(), std::move(withdraw),
                                                answer.again());
}

asio::awaitable<response> put_presence(client_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  auto who = co_await participants_of(with, *here);
  if (!who) co_return problem_of(who.error());
  const auto* found = find_ticket(*who, parse_uuid(in.parameter("ticket")));
  if (found == nullptr) co_return not_found();
  json::reader form(in);
  attendance_row row;
  row.organisation = here->by.at->id;
  row.order = found->order;
  row.position = found->position;
  row.day = form->date("day");
  row.present = form->boolean("present");
  row.by = here->by.who.id;
  row.at = here->by.now;
  if (auto bad = form.finish()) co_return *bad;
  const auto show = [&](bool present) {
    std::string body;
    json::writer out(body);
    out.begin_object()
        .field("ticket_id", found->ticket)
        .field("day", row.day)
        .field("present", present)
        .end_object();
    return body;
  };
  auto entry = here->by.audit("course.presence", "offer", here->of.id.value);
  for (const auto& each : who->presences)
    if (each.order == row.order && each.position == row.position && each.day == row.day)
      entry.before = show(each.present);
  entry.after = show(row.present);
  commit rows;
  rows.cold.emplace_back(row);
  rows.cold.emplace_back(std::move(entry));
  auto written = co_await write_client_rows(with, std::move(rows));
  if (!written) co_return problem_of(written.error());
  co_return json_response(200, show(row.present));
}

} // namespace

void add_course_routes(router& to, client_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/offers/{offer}";
  to.add(verb::get, base + "/participants", bind<get_participants>(with),
         staff_route("staff_list_participants", client_readers));
  to.add(verb::get, base + "/participants.csv", bind<get_participants_csv>(with),
         staff_route("staff_export_participants", client_readers));
  to.add(verb::put, base + "/participants/{ticket}/presence", bind<put_presence>(with),
         staff_route("staff_tick_presence", client_writers));
  to.add(verb::post, base + "/enrolments", bind<post_enrolment>(with),
         staff_route("staff_enrol_member", client_writers, true));
  to.add(verb::post, base + "/withdrawals", bind<post_withdrawal>(with),
         staff_route("staff_withdraw_member", client_writers, true));
}

} // namespace foyer::http::staff
