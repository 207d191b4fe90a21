#include "http/staff/import_routes.hpp"

#include "actors/imports/portion.hpp"
#include "actors/imports/upload.hpp"
#include "http/bind.hpp"
#include "http/json/reader.hpp"
#include "http/paging.hpp"
#include "http/staff/campaign_reading.hpp"
#include "http/staff/import_form.hpp"
#include "http/staff/import_json.hpp"
#include "http/staff/progress_events.hpp"
#include "http/staff/rejected_lines.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using imports::phase;
using imports::state;
using runtime::await_reply;

/// How often the events of an import look for news.
constexpr std::chrono::milliseconds look_every{500};
/// Lines of one read, where they are sent as CSV.
constexpr int lines_read = 500;

asio::awaitable<outcome<state>> find_import(import_services& with, const staff_request& by,
                                            const request& in) {
  const auto id = parse_uuid(in.parameter("import"));
  if (!id) co_return errc::not_found;
  auto found = co_await await_reply<std::optional<state>>([&](reply<std::optional<state>> back) {
    with.imports.find(by.at->id, import_id{*id}, std::move(back));
  });
  if (!found) co_return found.error();
  if (!*found) co_return errc::not_found;
  co_return std::move(**found);
}

commit rows_of(const state& of, std::int64_t expected) {
  commit rows;
  rows.cold.emplace_back(imports::to_row(of, expected));
  return rows;
}

// The file first, piece by piece; then the import is there to be checked, with the answer to its key.
asio::awaitable<outcome<std::string>> write_import(import_services& with, const staff_request& by,
                                                   const std::string& body, state made, idempotency_row key) {
  auto begun = co_await write_rows(with.office, rows_of(made, 0));
  if (!begun) co_return begun.error();
  std::int64_t position = 0;
  for (std::size_t at = 0; at < body.size(); at += imports::part_bytes) {
    commit rows;
    rows.cold.emplace_back(
        import_part_row{by.at->id, made.id, position++, body.substr(at, imports::part_bytes)});
    auto written = co_await write_rows(with.office, std::move(rows));
    if (!written) co_return written.error();
  }
  const auto expected = made.version++;
  made.phase = phase::checking;
  auto rows = rows_of(made, expected);
  auto audit = by.audit("import.create", "import", made.id.value);
  audit.after = import_record_json(made);
  rows.cold.emplace_back(std::move(audit));
  auto answer = import_json(made, by.unit(), nullptr);
  key.answer = answer;
  rows.idempotency.push_back(std::move(key));
  auto written = co_await write_rows(with.office, std::move(rows));
  if (!written) co_return written.error();
  with.importer.wake();
  co_return answer;
}

asio::awaitable<response> post_import(import_services& with, const staff_request& by, request& in) {
  if (const auto wrong = check_table_type(in)) co_return *wrong;
  auto asked = read_import_options(in, by.now);
  if (!asked) co_return problem_of(asked.error());
  auto seen = imports::look_into(in.body, std::move(*asked), by.at->options);
  if (!seen) co_return problem_of(seen.error());
  state made;
  made.organisation = by.at->id;
  made.id = import_id{by.fresh_id()};
  made.version = 1;
  made.what = std::move(*seen);
  made.by = by.who.id;
  made.created_at = by.now;
  auto run = [&](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    return write_import(with, by, in.body, made, std::move(prefilled));
  };
  co_return co_await with.office.house.idempotent.once(in, by.at, by.principal(), std::move(run));
}

// A trial, or an import that was refused, is checked anew and then made.
asio::awaitable<response> start_import(import_services& with, const staff_request& by, request& in) {
  auto found = co_await find_import(with, by, in);
  if (!found) co_return problem_of(found.error());
  json::reader form(in);
  const auto skip_errors = form->optional_boolean("skip_errors");
  if (auto bad = form.finish()) co_return *bad;
  if (found->phase != phase::checked && found->phase != phase::refused)
    co_return conflict("conflict", "The import is " + std::string{to_string(found->phase)} + ".");
  auto audit = by.audit("import.start", "import", found->id.value);
  audit.before = import_record_json(*found);
  const auto expected = found->version++;
  found->phase = phase::checking;
  found->what.asked.create = true;
  if (skip_errors) found->what.asked.skip_errors = *skip_errors;
  found->by = by.who.id;
  audit.after = import_record_json(*found);
  auto rows = rows_of(*found, expected);
  rows.cold.emplace_back(std::move(audit));
  auto written = co_await write_rows(with.office, std::move(rows));
  if (!written) co_return problem_of(written.error());
  with.importer.wake();
  co_return json_response(202, import_json(*found, by.unit(), nullptr));
}

asio::awaitable<response> list_imports(import_services& with, const staff_request& by, request& in) {
  const auto asked = paging_of<import_id>(in);
  if (!asked) co_return problem_of(asked.error());
  auto page = co_await await_reply<imports::page>([&](reply<imports::page> back) {
    with.imports.list(by.at->id, asked->after, asked->limit, std::move(back));
  });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, imports_json(*page, by.unit()));
}

asio::awaitable<response> get_import(import_services& with, const staff_request& by, request& in) {
  auto found = co_await find_import(with, by, in);
  if (!found) co_return problem_of(found.error());
  const auto asked = paging_of<std::int64_t>(in);
  if (!asked) co_return problem_of(asked.error());
  auto page = co_await await_reply<imports::line_page>([&](reply<imports::line_page> back) {
    with.imports.list_lines(by.at->id, found->id, asked->after.value_or(0), asked->limit, std::move(back));
  });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, import_json(*found, by.unit(), &*page));
}

asio::awaitable<response> get_events(import_services& with, const staff_request& by, request& in) {
  auto begun = co_await find_import(with, by, in);
  if (!begun) co_return problem_of(begun.error());
  progress_look look = [&with, at = by.at->id, which = begun->id,
                        unit = by.unit()]() -> asio::awaitable<std::optional<progress>> {
    auto found = co_await await_reply<std::optional<state>>(
        [&](reply<std::optional<state>> back) { with.imports.find(at, which, std::move(back)); });
    if (!found || !*found) co_return std::nullopt;
    co_return progress{import_json(**found, unit, nullptr), is_finished(**found)};
  };
  co_return progress_events(std::move(look), look_every);
}

asio::awaitable<void> send_bad_lines(import_services& with, state of, std::string locale, body_stream& to) {
  auto text = rejected_header(of, locale);
  for (std::int64_t after = 0;;) {
    auto page = co_await await_reply<imports::line_page>([&](reply<imports::line_page> back) {
      with.imports.list_lines(of.organisation, of.id, after, lines_read, std::move(back));
    });
    // A body without end tells the reader that something is missing.
    if (!page) throw std::runtime_error{"the lines of an import can't be read"};
    for (const auto& line : page->lines) {
      append_rejected(text, line, of, locale);
      after = line.number;
    }
    const bool sent = co_await to.write(text);
    if (!sent || !page->more) co_return;
    text.clear();
  }
}

asio::awaitable<response> get_bad_lines(import_services& with, const staff_request& by, request& in) {
  auto found = co_await find_import(with, by, in);
  if (!found) co_return problem_of(found.error());
  response out{200, "text/csv; charset=utf-8", {}};
  out.header("Content-Disposition", "attachment; filename=\"import-" + to_string(found->id) + ".csv\"");
  out.stream = [&with, of = std::move(*found), locale = by.who.locale](body_stream& to) {
    return send_bad_lines(with, of, locale, to);
  };
  co_return out;
}

} // namespace

void add_import_routes(router& to, import_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/imports";
  const std::string one = base + "/{import}";
  constexpr std::uint8_t readers = roles::administrator | roles::auditor;
  auto upload = staff_route("staff_create_import", roles::administrator, true);
  upload.body_max = with.bytes_max;
  to.add(verb::get, base, bind_staff<list_imports>(with), staff_route("staff_list_imports", readers));
  to.add(verb::post, base, bind_staff<post_import>(with), upload);
  to.add(verb::get, one, bind_staff<get_import>(with), staff_route("staff_get_import", readers));
  to.add(verb::post, one + "/start", bind_staff<start_import>(with),
         staff_route("staff_start_import", roles::administrator));
  to.add(verb::get, one + "/events", bind_staff<get_events>(with),
         staff_route("staff_import_events", readers));
  to.add(verb::get, one + "/rejected.csv", bind_staff<get_bad_lines>(with),
         staff_route("staff_import_rejected", readers));
}

} // namespace foyer::http::staff
