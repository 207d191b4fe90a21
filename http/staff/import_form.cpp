#include "http/staff/import_form.hpp"

#include "actors/imports/cells.hpp"
#include "actors/imports/upload.hpp"
#include "actors/vocabulary/text.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

constexpr std::size_t tag_max = 50;
constexpr std::size_t file_name_max = 200;

bool flag_of(const request& in, std::string_view name, std::vector<field_error>& bad) {
  const auto text = in.query(name).value_or("false");
  if (text != "true" && text != "false") bad.push_back({"?" + std::string{name}, "invalid"});
  return text == "true";
}

std::string text_of(const request& in, std::string_view name, std::size_t max,
                    std::vector<field_error>& bad) {
  auto out = nfc(trimmed(in.query(name).value_or("")));
  if (imports::length_of(out) > max)
    bad.push_back({"?" + std::string{name}, "too_long"});
  else if (imports::has_controls(out, false))
    bad.push_back({"?" + std::string{name}, "invalid"});
  return out;
}

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return out;
}

} // namespace

outcome<imports::options> read_import_options(const request& in, time_point now) {
  std::vector<field_error> bad;
  imports::options out;
  out.create = !flag_of(in, "dry_run", bad);
  out.skip_errors = flag_of(in, "skip_errors", bad);
  const auto duplicates = in.query("duplicates").value_or("refuse");
  if (duplicates != "refuse" && duplicates != "create") bad.push_back({"?duplicates", "invalid"});
  out.duplicates_allowed = duplicates == "create";
  out.tag = text_of(in, "tag", tag_max, bad);
  if (out.tag.empty()) out.tag = imports::default_tag(now);
  out.file_name = text_of(in, "file_name", file_name_max, bad);
  out.columns = split_names(in.query("columns").value_or(""));
  for (const auto& [name, value] : in.query_pairs())
    if (name != "dry_run" && name != "skip_errors" && name != "duplicates" && name != "tag" &&
        name != "file_name" && name != "columns")
      bad.push_back({"?" + name, "unknown_field"});
  if (bad.empty()) return out;
  refusal why{errc::invalid};
  why.fields = std::move(bad);
  return why;
}

std::optional<problem> check_table_type(const request& in) {
  const auto type = in.header("content-type").value_or("");
  const auto media = type.substr(0, type.find_first_of("; \t"));
  for (const std::string_view known : {"text/csv", "text/plain", "text/tab-separated-values",
                                       "application/vnd.ms-excel", "application/octet-stream"})
    if (equal_ignoring_case(media, known)) return std::nullopt;
  problem answer;
  answer.status = 415;
  answer.code = "unsupported_media_type";
  answer.detail = "The body has to be text/csv.";
  return answer;
}

} // namespace foyer::http::staff
