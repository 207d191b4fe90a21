#include "http/staff/import_json.hpp"

#include "http/list_json.hpp"
#include "http/paging.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

using imports::phase;

void append_columns(json::writer& out, const std::vector<imports::column>& columns) {
  out.begin_array();
  for (const auto& each : columns) {
    out.begin_object().field("header", each.header).key("field");
    if (!each.as)
      out.null();
    else if (each.as == imports::field::answer)
      out.value("answers." + each.answer_key);
    else
      out.value(to_string(*each.as));
    out.end_object();
  }
  out.end_array();
}

void append_balances(json::writer& out, const imports::details& of, const currency& unit) {
  out.begin_object().field("positive_count", of.positive_count);
  out.field("positive", money{of.positive, unit}).field("negative_count", of.negative_count);
  out.field("negative", money{of.negative, unit}).end_object();
}

void append_line(json::writer& out, const imports::bad_line& of) {
  out.begin_object().field("line", of.number).key("problems").begin_array();
  for (const auto& each : of.problems) {
    out.begin_object().field_or_null("column", each.column).field("code", each.code);
    out.field_or_null("value", each.value).field_or_null("other", each.other).end_object();
  }
  out.end_array().end_object();
}

void append_import(json::writer& out, const imports::state& of, const currency& unit,
                   const imports::line_page* lines) {
  const auto& what = of.what;
  out.begin_object().field("id", of.id).field("version", of.version).field("status", to_string(of.phase));
  out.field_or_null("file_name", what.asked.file_name)
      .field("bytes", what.bytes)
      .field("encoding", what.encoding)
      .field("separator", what.separator);
  out.key("columns");
  append_columns(out, what.columns);
  out.field("dry_run", !what.asked.create).field("skip_errors", what.asked.skip_errors);
  out.field("duplicates", what.asked.duplicates_allowed ? "create" : "refuse").field("tag", what.asked.tag);
  out.field("same_as", what.same_as).key("problem");
  if (what.problem.empty()) {
    out.null();
  } else {
    out.begin_object().field("code", what.problem).key("line");
    if (what.problem_line > 0)
      out.value(what.problem_line);
    else
      out.null();
    out.end_object();
  }
  out.field("lines", what.lines).field("households", what.households).field("bad_lines", what.bad_lines);
  out.field("households_done", of.units_done).field("created", what.created).field("members", what.members);
  out.key("balances");
  append_balances(out, what, unit);
  out.field("created_by", of.by).field("created_at", of.created_at).field("finished_at", of.finished_at);
  if (lines != nullptr)
    append_items(out, lines->lines, append_line,
                 next_cursor(lines->more, lines->lines, &imports::bad_line::number));
  out.end_object();
}

struct words {
  std::string_view code;
  std::string_view fr;
  std::string_view en;
};
constexpr words known[] = {
    {"required", "manque", "is missing"},
    {"invalid", "n’est pas compris", "is not understood"},
    {"too_long", "est trop long", "is too long"},
    {"too_many", "en contient trop", "holds too many"},
    {"out_of_range", "n’est pas possible", "is not possible"},
    {"formula", "est une formule", "is a formula"},
    {"control_character", "contient un caractère de commande", "holds a control character"},
    {"ambiguous", "est ambigu : milliers ou décimales ?", "is ambiguous: thousands or decimals?"},
    {"amount_out_of_range", "est un trop grand montant", "is too large a sum"},
    {"currency_mismatch", "est dans une autre devise", "is in another currency"},
    {"floor_exceeded", "descend sous le solde permis", "goes below the allowed balance"},
    {"repeated", "se trouve déjà à la ligne", "stands already in line"},
    {"email_taken", "est celui du client", "is that of client"},
    {"number_taken", "est déjà pris", "is taken already"},
    {"differs", "diffère de la ligne", "differs from line"},
    {"balance_of_member", "appartient au foyer, donc à la ligne", "belongs to the household, so to line"},
    {"too_many_members", "trop de membres", "too many members"},
    {"too_many_cells", "plus de cellules que de colonnes", "more cells than columns"},
    {"household_not_created", "le foyer n’est pas créé : voir la ligne",
     "the household is not created: see line"},
    {"refused_by_database", "refusé par la base de données", "refused by the database"},
};

} // namespace

std::string import_json(const imports::state& of, const currency& unit, const imports::line_page* lines) {
  std::string body;
  json::writer out(body);
  append_import(out, of, unit, lines);
  return body;
}

std::string imports_json(const imports::page& page, const currency& unit) {
  const auto append = [&](json::writer& out, const imports::state& each) {
    append_import(out, each, unit, nullptr);
  };
  return list_json(page.imports, append, next_cursor(page.more, page.imports, &imports::state::id));
}

std::string import_record_json(const imports::state& of) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("status", to_string(of.phase)).field("file_name", of.what.asked.file_name);
  out.field("bytes", of.what.bytes).field("dry_run", !of.what.asked.create);
  out.field("skip_errors", of.what.asked.skip_errors).field("tag", of.what.asked.tag);
  out.field("duplicates", of.what.asked.duplicates_allowed ? "create" : "refuse").end_object();
  return body;
}

std::string words_of(const std::vector<imports::problem>& problems, std::string_view locale) {
  std::string out;
  for (const auto& each : problems) {
    if (!out.empty()) out += locale == "fr" ? " ; " : "; ";
    if (!each.column.empty()) out += each.column + (locale == "fr" ? " : " : ": ");
    const auto* found = std::find_if(std::begin(known), std::end(known),
                                     [&](const words& one) { return one.code == each.code; });
    if (found == std::end(known))
      out += each.code;
    else
      out += locale == "fr" ? found->fr : found->en;
    // A taken number's client is told by its id in the report; people know the number.
    if (!each.other.empty() && each.code != "number_taken") out += " " + each.other;
  }
  return out;
}

bool is_finished(const imports::state& of) noexcept {
  return of.phase != phase::receiving && of.phase != phase::checking && of.phase != phase::creating;
}

} // namespace foyer::http::staff
