#include "http/bind.hpp"
#include "http/client_file_json.hpp"
#include "http/document_file.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/staff/client_file.hpp"
#include "http/staff/client_file_routes.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

constexpr std::size_t documents_max = 500; // of a household
constexpr std::size_t name_max = 150;

std::string show(const document_row& of) {
  return record_json(of,
                     [](json::writer& out, const document_row& each) { append_document(out, each, true); });
}

bool is_kind(std::string_view text) {
  return text == "tax_receipt" || text == "other";
}

// What a file system or a header could take amiss is no name.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_max && text.find_first_of("/\\\"") == std::string_view::npos &&
         text[0] != '.' && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

std::optional<int> parse_year(std::string_view text) {
  const auto year = json::parse_integer(text);
  if (!year || *year < 1900 || *year > 9999) return std::nullopt;
  return static_cast<int>(*year);
}

asio::awaitable<outcome<std::vector<document_row>>> documents_of(client_services& with, const at_file& here) {
  return read_file<document_row>(with, here.of, &household::files::list_documents);
}

asio::awaitable<response> list(client_services& with, const at_file& here, request&) {
  auto all = co_await documents_of(with, here);
  if (!all) co_return problem_of(all.error());
  keep_of_member(*all, here);
  co_return json_response(200, list_json(*all, [](json::writer& out, const document_row& each) {
                            append_document(out, each, true);
                          }));
}

problem not_taken() {
  problem out;
  out.status = 415;
  out.code = "unsupported_media_type";
  out.detail = "A document is a PDF, PNG or JPEG, sent with its own Content-Type.";
  return out;
}

// The bytes are the body; what is said about them stands in the query.
outcome<document_row> read_upload(const at_file& here, const request& in) {
  document_row out;
  out.organisation = here.by.at->id;
  out.id = here.by.fresh_id();
  out.household = here.of.id;
  out.member = here.member;
  out.by = here.by.who.id;
  out.at = here.by.now;
  refusal bad{errc::invalid};
  out.name = in.query("name").value_or("");
  if (!is_name(out.name)) bad.fields.push_back({"?name", out.name.empty() ? "required" : "invalid"});
  out.kind = in.query("kind").value_or("other");
  if (!is_kind(out.kind)) bad.fields.push_back({"?kind", "invalid"});
  if (const auto year = in.query("year"); year && !year->empty()) {
    out.year = parse_year(*year);
    if (!out.year) bad.fields.push_back({"?year", "invalid"});
  }
  const auto shown = in.query("shown").value_or("false");
  if (shown != "true" && shown != "false") bad.fields.push_back({"?shown", "invalid"});
  out.shown = shown == "true";
  if (!bad.fields.empty()) return bad;
  out.media_type = sniffed_type(in.body).value_or("");
  out.size = static_cast<std::int64_t>(in.body.size());
  out.hash = sha256(in.body);
  return out;
}

// Each part is a commit of its own, so that no order waits behind a large one. Nobody sees the document
// before the last commit, which has the audit entry; a crash before leaves what is cleared away later.
asio::awaitable<outcome<done>> write_parts(client_services& with, document_row of, std::string_view bytes,
                                           staff_change_row entry) {
  commit first;
  first.cold.emplace_back(of);
  auto written = co_await write_client_rows(with, std::move(first));
  for (int position = 0; written && !bytes.empty(); ++position) {
    const auto part = bytes.substr(0, document_part_size);
    commit rows;
    rows.cold.emplace_back(document_part_row{of.organisation, of.id, position, std::string{part}});
    written = co_await write_client_rows(with, std::move(rows));
    bytes.remove_prefix(part.size());
  }
  if (!written) co_return written.error();
  of.complete = true;
  commit last;
  last.cold.emplace_back(of);
  last.cold.emplace_back(std::move(entry));
  co_return co_await write_client_rows(with, std::move(last));
}

asio::awaitable<response> post(client_services& with, const at_file& here, request& in) {
  const auto type = sniffed_type(in.body);
  if (!type || !equal_ignoring_case(in.header("Content-Type").value_or(""), *type)) co_return not_taken();
  auto made = read_upload(here, in);
  if (!made) co_return problem_of(made.error());
  auto all = co_await documents_of(with, here);
  if (!all) co_return problem_of(all.error());
  if (all->size() >= documents_max)
    co_return problem_of(refusal{errc::conflict, "The household has too many documents."});
  auto entry = here.entry("document.add", "", show(*made));
  auto written = co_await write_parts(with, *made, in.body, std::move(entry));
  if (!written) co_return problem_of(written.error());
  co_return json_response(201, show(*made));
}

asio::awaitable<outcome<document_row>> find(client_services& with, const at_file& here, const request& in) {
  auto all = co_await documents_of(with, here);
  if (!all) co_return all.error();
  const auto* which = find_in_file(*all, in.parameter("document"), here);
  if (which == nullptr) co_return errc::not_found;
  co_return *which;
}

asio::awaitable<response> get(client_services& with, const at_file& here, request& in) {
  auto found = co_await find(with, here, in);
  if (!found) co_return problem_of(found.error());
  co_return document_answer(with, *found);
}

asio::awaitable<response> patch(client_services& with, const at_file& here, request& in) {
  auto found = co_await find(with, here, in);
  if (!found) co_return problem_of(found.error());
  auto after = *found;
  json::reader form(in);
  if (form->has("name")) {
    after.name = form->text("name", {.max = name_max, .tidy = true});
    if (!after.name.empty() && !is_name(after.name)) form->note("name", "invalid");
  }
  if (form->has("kind"))
    after.kind = form->choice("kind", {"tax_receipt", "other"}) == 0 ? "tax_receipt" : "other";
  if (form->has("year")) {
    after.year.reset();
    if (const auto year = form->optional_integer("year", {1900, 9999})) after.year = static_cast<int>(*year);
  }
  if (form->has("shown")) after.shown = form->boolean("shown");
  if (const auto other = read_reassignment(*form, here)) after.member = *other;
  if (auto bad = form.finish()) co_return *bad;
  auto entry = here.entry("document.change", show(*found), show(after));
  co_return co_await save_record(with, after, std::move(entry), json_response(200, show(after)));
}

asio::awaitable<response> remove(client_services& with, const at_file& here, request& in) {
  auto found = co_await find(with, here, in);
  if (!found) co_return problem_of(found.error());
  const document_removed gone{found->organisation, found->id};
  auto entry = here.entry("document.remove", show(*found), "");
  co_return co_await save_record(with, gone, std::move(entry), no_content());
}

} // namespace

void add_document_routes(router& to, client_services& with) {
  const std::string household = "/api/v1/orgs/{org}/staff/households/{household}";
  const std::string base = household + "/members/{member}/documents";
  const std::string one = base + "/{document}";
  auto upload = staff_route("staff_add_document", client_writers);
  upload.body_max = document_size_max;
  to.add(verb::get, household + "/documents", bind_file<list>(with),
         staff_route("staff_list_documents", client_readers));
  to.add(verb::get, household + "/documents/{document}", bind_file<get>(with),
         staff_route("staff_get_document", client_readers));
  to.add(verb::get, base, bind_file<list>(with), staff_route("staff_list_member_documents", client_readers));
  to.add(verb::post, base, bind_file<post>(with), upload);
  to.add(verb::get, one, bind_file<get>(with), staff_route("staff_get_member_document", client_readers));
  to.add(verb::patch, one, bind_file<patch>(with), staff_route("staff_change_document", client_writers));
  to.add(verb::delete_, one, bind_file<remove>(with), staff_route("staff_remove_document", client_writers));
}

} // namespace foyer::http::staff
