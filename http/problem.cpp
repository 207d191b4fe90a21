#include "http/problem.hpp"

#include "http/json/writer.hpp"

namespace foyer::http {
namespace {

/// The title says what the status says; the code is what programs look at.
std::string_view title_of(const problem& what) noexcept {
  const auto reason = reason_of(what.status);
  return reason.empty() ? std::string_view("Error") : reason;
}

problem make(int status, std::string_view code, std::string_view detail = {}) {
  problem out;
  out.status = status;
  out.code = code;
  out.detail = detail;
  return out;
}

} // namespace

int status_of(errc code) noexcept {
  switch (code) {
  case errc::unavailable: return 503;
  case errc::internal: return 500;
  case errc::malformed:
  case errc::idempotency_key_required: return 400;
  case errc::not_authenticated:
  case errc::invalid_credentials:
  case errc::totp_required:
  case errc::space_not_opened: return 401;
  case errc::forbidden:
  case errc::csrf_required:
  case errc::email_unconfirmed:
  case errc::reauthentication_required:
  case errc::login_required:
  case errc::space_closed:
  case errc::account_required:
  case errc::underage: return 403;
  case errc::not_found: return 404;
  case errc::conflict:
  case errc::idempotency_in_progress:
  case errc::password_required:
  case errc::username_taken:
  case errc::email_taken:
  case errc::other_account:
  case errc::sold_out:
  case errc::not_on_sale:
  case errc::order_limit_exceeded:
  case errc::insufficient_funds:
  case errc::payment_required:
  case errc::payment_method_unavailable:
  case errc::floor_exceeded:
  case errc::capacity_in_use:
  case errc::too_late:
  case errc::holds_open:
  case errc::household_merged:
  case errc::newer_changes:
  case errc::unconfirmed:
  case errc::no_online_order:
  case errc::linked_here: return 409;
  case errc::token_expired:
  case errc::token_used:
  case errc::token_replaced:
  case errc::token_unknown: return 410;
  case errc::version_conflict: return 412;
  case errc::invalid:
  case errc::read_only:
  case errc::idempotency_key_reused:
  case errc::password_too_weak:
  case errc::payment_mismatch:
  case errc::currency_mismatch:
  case errc::amount_out_of_range:
  case errc::answers_missing:
  case errc::terms_not_accepted: return 422;
  case errc::rate_limited: return 429;
  }
  return 500;
}

problem problem_of(const refusal& why, const currency& unit) {
  problem out = make(status_of(why.code), to_string(why.code), why.detail);
  out.errors = why.fields;
  if (why.retry_after_seconds) out.retry_after = std::chrono::seconds(*why.retry_after_seconds);
  if (why.room) {
    json::writer(out.members).key("room").value(money{*why.room, unit});
  }
  return out;
}

problem bad_request(std::string_view code, std::string_view detail) {
  return make(400, code, detail);
}
problem not_authenticated() {
  return make(401, "not_authenticated");
}
problem forbidden(std::string_view code) {
  return make(403, code);
}
problem not_found() {
  return make(404, "not_found");
}
problem conflict(std::string_view code, std::string_view detail) {
  return make(409, code, detail);
}

problem invalid(std::vector<field_error> errors) {
  problem out = make(422, "invalid");
  out.errors = std::move(errors);
  return out;
}

problem invalid(std::string_view field, std::string_view code) {
  std::vector<field_error> errors(1);
  errors[0].field = field;
  errors[0].code = code;
  return invalid(std::move(errors));
}

problem unprocessable(std::string_view code, std::string_view detail) {
  return make(422, code, detail);
}

problem rate_limited(std::chrono::seconds retry_after) {
  problem out = make(429, "rate_limited");
  out.retry_after = retry_after;
  return out;
}

problem unavailable(std::chrono::seconds retry_after) {
  problem out = make(503, "unavailable");
  out.retry_after = retry_after;
  return out;
}

problem internal() {
  return make(500, "internal");
}

std::string to_json(const problem& what) {
  std::string body;
  body.reserve(160);
  json::writer out(body);
  out.begin_object().field("type", "about:blank").field("title", title_of(what)).field("status", what.status);
  if (!what.detail.empty()) out.field("detail", what.detail);
  out.field("code", what.code);
  if (!what.errors.empty()) {
    out.key("errors").begin_array();
    for (const auto& each : what.errors) {
      out.begin_object().field("field", each.field).field("code", each.code).end_object();
    }
    out.end_array();
  }
  if (!what.members.empty()) body.append(",").append(what.members);
  out.end_object();
  return body;
}

} // namespace foyer::http
