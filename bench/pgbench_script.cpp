#include "bench/pgbench_script.hpp"

#include "bench/failure.hpp"
#include "bench/seed.hpp"

namespace foyer::bench {

namespace {

// pg_type.dat: the OID of timestamptz.
constexpr unsigned int timestamptz_type = 1184;

// Each client counts on from a start of its own, so that ids ascend as UUIDv7 do and never repeat. 10 million
// transactions a client and 100 clients a run are more than a run can do.
constexpr std::string_view ids = "\\set n :n + 1\n"
                                 "\\set o :base + :client_id * 10000000 + :n\n";
// Order numbers are random in the server: permute() scatters over the same 40 bits without ever repeating
// one.
constexpr std::string_view number_of_order = "\\set p permute(:o, 1099511627776)\n";

const std::string order_id = "lpad(to_hex(:o::bigint), 32, '0')::uuid";
const std::string order_number = "'ORD-' || lpad(to_hex(:p::bigint), 10, '0')";

std::string household_expression(std::string_view prefix) {
  return "('" + std::string{prefix} + "' || lpad(to_hex(:h::bigint), 12, '0'))::uuid";
}

rows rows_of(database& from, const std::string& table, const std::string& condition) {
  auto found = from.query("select * from " + table + " where " + condition);
  if (found.values.empty())
    throw failure{"the server's order wrote no row of " + table + ": nothing to compare with"};
  return found;
}

std::size_t column_of(const rows& of, std::string_view name) {
  for (std::size_t i = 0; i < of.columns.size(); ++i)
    if (of.columns[i].name == name) return i;
  throw failure{"a table without column " + std::string{name}};
}

// The statement that takes the price out of the wallet; its answer is what the entry needs.
std::string wallet_update(database& sample, const std::string& price) {
  const auto head = rows_of(sample, "wallets", "entries_count > 1 limit 1");
  return "update wallets set balance = balance - " + price +
         ", entries_count = entries_count + 1, version = version + 1, head = " +
         script_literal(*head.values[0][column_of(head, "head")]) +
         " where household_id = " + household_expression(household_prefix) +
         " and balance - held >= " + price + " returning balance, entries_count \\gset w_\n";
}

using expressions = std::map<std::string, std::string>;

std::string entry_insert(const rows& entry, expressions more) {
  more.insert({{"household_id", household_expression(household_prefix)},
               {"seq", ":w_entries_count::bigint"},
               {"id", order_id},
               {"balance_after", ":w_balance::bigint"}});
  return insert_statement("ledger_entries", entry, more);
}

// The newest purchase: the sample's order.
rows newest_entry(database& sample) {
  return rows_of(sample, "ledger_entries",
                 "kind = 2 and order_id = (select id from orders order by created_at desc, id desc limit 1)");
}

std::string price_of(const rows& entry) {
  const auto amount = *entry.values[0][column_of(entry, "amount")];
  if (!amount.starts_with('-')) throw failure{"the purchase's entry is not negative"};
  return amount.substr(1);
}

} // namespace

std::string script_literal(std::string_view text) {
  std::string out = "E'";
  for (const char c : text) {
    if (c == '\'') {
      out += "\\'";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (c == ':') {
      out += "\\x3a";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string insert_statement(std::string_view table, const rows& of,
                             const std::map<std::string, std::string>& expressions) {
  std::string columns;
  for (const auto& column : of.columns) columns.append(columns.empty() ? "" : ", ").append(column.name);
  std::string out = "insert into " + std::string{table} + " (" + columns + ") values ";
  for (std::size_t row = 0; row < of.values.size(); ++row) {
    out += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < of.columns.size(); ++i) {
      if (i > 0) out += ", ";
      const auto& value = of.values[row][i];
      if (const auto found = expressions.find(of.columns[i].name); found != expressions.end()) {
        out += found->second;
      } else if (!value) {
        out += "null";
      } else if (of.columns[i].type == timestamptz_type) {
        out += "now()";
      } else {
        out += script_literal(*value);
      }
    }
    out += ")";
  }
  return out + ";\n";
}

std::string rush_script(database& sample) {
  const auto order = rows_of(sample, "orders", "status = 2 order by created_at desc, id desc limit 1");
  const auto id = "'" + *order.values[0][column_of(order, "id")] + "'";
  const auto like_number = "'%" + *order.values[0][column_of(order, "number")] + "%'";
  const auto entry = newest_entry(sample);
  const auto price = price_of(entry);
  const auto household = household_expression(household_prefix);
  const auto lines = rows_of(sample, "order_lines", "order_id = " + id);
  const auto offer = script_literal(*lines.values[0][column_of(lines, "offer_id")]);
  const std::map<std::string, std::string> of_order{
      {"order_id", order_id}, {"id", order_id}, {"household_id", household}};

  std::string script;
  script.append("\\set h random(1, :households)\n").append(ids).append(number_of_order).append("begin;\n");
  script += wallet_update(sample, price);
  script += insert_statement("orders", order,
                             {{"id", order_id},
                              {"number", order_number},
                              {"household_id", household},
                              {"account_id", household_expression(account_prefix)}});
  script += insert_statement("order_lines", lines, of_order);
  script += insert_statement("payments", rows_of(sample, "payments", "order_id = " + id), of_order);
  script += insert_statement("tickets", rows_of(sample, "tickets", "order_id = " + id), of_order);
  script += entry_insert(entry, {{"order_id", order_id}, {"order_number", order_number}});
  script += insert_statement("idempotency", rows_of(sample, "idempotency", "order_id = " + id),
                             {{"id", "gen_random_uuid()"}, {"order_id", order_id}});
  // As the mail was before a mailer took it.
  script += insert_statement("outbox", rows_of(sample, "outbox", "params like " + like_number),
                             {{"id", order_id},
                              {"state", "0"},
                              {"attempts", "0"},
                              {"leased_until", "null"},
                              {"sent_at", "null"},
                              {"last_error", "null"},
                              {"next_attempt_at", "now()"}});
  script += "update offer_stock set sold = sold + 1 where offer_id = " + offer +
            " and (capacity is null or sold + held + 1 <= capacity);\n";
  return script + "commit;\n";
}

std::string wallet_script(database& sample) {
  const auto entry = rows_of(sample, "ledger_entries", "kind = 4 order by seq desc limit 1");
  std::string script;
  script.append("\\set h 1\n").append(ids).append("begin;\n");
  script += wallet_update(sample, price_of(entry));
  script += entry_insert(entry, {});
  return script + "commit;\n";
}

} // namespace foyer::bench
