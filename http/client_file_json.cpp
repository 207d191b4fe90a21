#include "http/client_file_json.hpp"

namespace foyer::http {
namespace {

date day_of(time_point at) {
  return date{std::chrono::floor<std::chrono::days>(at)};
}

std::string_view status_of(const card_row& of, const date& today) {
  if (of.cancelled) return "cancelled";
  if (of.valid_from && today < *of.valid_from) return "not_yet_valid";
  if (of.valid_until && *of.valid_until < today) return "expired";
  return "valid";
}

} // namespace

void append_skill(json::writer& out, const skill_row& of, time_point now) {
  out.begin_object().field("id", of.id).field("member_id", of.member).field("name", of.name);
  out.field("note", of.note).field("valid_until", of.valid_until);
  out.field("expired", of.valid_until && *of.valid_until < day_of(now))
      .field("created_at", of.at)
      .end_object();
}

void append_card(json::writer& out, const card_row& of, time_point now) {
  out.begin_object().field("id", of.id).field("number", of.number).field("title", of.title);
  out.field("member_id", of.member).field("holder", of.holder).field("offer_id", of.offer);
  out.field("order_id", of.order).field("valid_from", of.valid_from).field("valid_until", of.valid_until);
  out.field("status", status_of(of, day_of(now))).field("created_at", of.at).end_object();
}

void append_document(json::writer& out, const document_row& of, bool for_staff) {
  out.begin_object().field("id", of.id).field("member_id", of.member).field("name", of.name);
  out.field("media_type", of.media_type).field("kind", of.kind).field("year", of.year).field("size", of.size);
  if (for_staff) out.field("shown", of.shown).field("uploaded_by", of.by);
  out.field("created_at", of.at).end_object();
}

} // namespace foyer::http
