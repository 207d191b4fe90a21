#include "actors/imports/upload.hpp"

#include "actors/imports/cells.hpp"
#include "actors/imports/plan.hpp"

namespace foyer::imports {
namespace {

// Enough for a header; reading more would keep the thread from other requests.
constexpr std::size_t looked_at = 64 * 1024;

} // namespace

outcome<details> look_into(std::string_view file, options asked, const organisation::settings& of) {
  auto beginning = file;
  if (beginning.size() > looked_at) {
    beginning = beginning.substr(0, looked_at);
    // Whole lines; without any, the reader says what is wrong.
    if (const auto end = beginning.find_last_of("\r\n"); end != std::string_view::npos)
      beginning = beginning.substr(0, end + 1);
  }
  auto seen = open_table(std::string{beginning}, asked.columns, of);
  if (!seen) return seen.error();
  details out;
  out.asked = std::move(asked);
  out.bytes = static_cast<std::int64_t>(file.size());
  out.encoding = to_string(seen->from);
  out.separator = seen->separator;
  out.columns = std::move(seen->columns);
  return out;
}

std::string default_tag(time_point now) {
  return "import " + write_day(std::chrono::floor<std::chrono::days>(now));
}

} // namespace foyer::imports
