#include "http/papers_json.hpp"

#include "papers/account_paper.hpp"

#include <algorithm>

namespace foyer::http {
namespace {

void append_lines(json::writer& out, const std::vector<order::line>& lines, const currency& unit) {
  out.key("lines").begin_array();
  for (const auto& each : lines) {
    out.begin_object().field("id", each.id).field("title", each.title).field("quantity", each.quantity);
    out.field("unit_price", money{each.unit_price, unit}).field("vat_basis_points", each.vat_basis_points);
    out.field("total", money{each.unit_price * each.quantity, unit}).field("cancelled", each.cancelled);
    out.end_object();
  }
  out.end_array().key("vat").begin_array();
  for (const auto& each : papers::vat_of(lines)) {
    out.begin_object().field("basis_points", each.basis_points).field("net", money{each.net(), unit});
    out.field("tax", money{each.tax, unit}).field("gross", money{each.gross, unit}).end_object();
  }
  out.end_array();
}

std::vector<order::line> lines_of(const order::state& of, const order::credit_note& note) {
  std::vector<order::line> out;
  for (const auto& each : of.lines)
    if (std::find(note.line_positions.begin(), note.line_positions.end(), each.position) !=
        note.line_positions.end())
      out.push_back(each);
  return out;
}

void append_order_of(json::writer& out, const order::state& of) {
  out.field("order_id", of.id).field("order_number", of.number);
}

} // namespace

void append_invoice(json::writer& out, const order::state& of, const currency& unit, bool details) {
  using papers::paper_kind;
  out.begin_object().field("id", of.id).field("kind", "invoice");
  out.field("number",
            papers::paper_number(paper_kind::invoice, of.invoice_year.value_or(0), of.invoice_number));
  append_order_of(out, of);
  out.field("issued_at", of.paid_at).field("total", money{of.total, unit});
  if (details) append_lines(out, of.lines, unit);
  out.end_object();
}

void append_credit_note(json::writer& out, const order::state& of, const order::credit_note& note,
                        const currency& unit, bool details) {
  using papers::paper_kind;
  out.begin_object().field("id", note.id).field("kind", "credit_note");
  out.field("number", papers::paper_number(paper_kind::credit_note, note.year, note.number));
  append_order_of(out, of);
  out.field("invoice_number",
            papers::paper_number(paper_kind::invoice, of.invoice_year.value_or(0), of.invoice_number));
  out.field("issued_at", note.at).field("total", money{note.sum, unit});
  if (details) {
    out.field_or_null("reason", note.reason).field_or_null("reference", note.reference);
    append_lines(out, lines_of(of, note), unit);
    out.key("refunds").begin_array();
    for (const auto& each : note.parts) {
      const auto method = static_cast<order::payment_method>(each.method);
      out.begin_object().field("method", organisation::to_string(method));
      out.field("amount", money{each.sum, unit}).end_object();
    }
    out.end_array();
  }
  out.end_object();
}

void append_payment_of_order(json::writer& out, const order::state& of, const order::payment& payment,
                             const currency& unit) {
  out.begin_object().field("id", payment.id);
  append_order_of(out, of);
  out.field("method", organisation::to_string(payment.method)).field("amount", money{payment.sum, unit});
  out.field("status", to_string(payment.status)).field_or_null("reference", payment.reference);
  out.field("at", payment.at).end_object();
}

void append_receipt(json::writer& out, const order::state& of, const organisation::snapshot& at) {
  const auto& unit = at.unit;
  const auto paper = papers::receipt_of(of, {});
  out.begin_object();
  append_order_of(out, of);
  out.field_or_null("invoice_number", paper.other_number);
  out.key("organisation").begin_object().field("name", at.name).field("legal_name", at.options.legal_name);
  out.field("legal_address", at.options.legal_address)
      .field("vat_number", at.options.vat_number)
      .end_object();
  out.field("client", paper.client_name).field("at", of.created_at).field("total", money{of.total, unit});
  append_lines(out, of.lines, unit);
  out.key("payments").begin_array();
  for (const auto& each : paper.payments) {
    out.begin_object().field("method", organisation::to_string(each.method));
    out.field("amount", money{each.sum, unit}).field("at", each.at);
    out.field_or_null("reference", each.reference).end_object();
  }
  out.end_array().field("outstanding", money{paper.outstanding, unit}).end_object();
}

} // namespace foyer::http
