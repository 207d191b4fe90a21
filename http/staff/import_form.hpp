#pragma once

#include "actors/imports/imports.hpp"
#include "http/problem.hpp"
#include "http/request.hpp"

#include <optional>

namespace foyer::http::staff {

/// What a request asks of an import in its query: `dry_run`, `skip_errors`, `duplicates`, `tag`, `columns`,
/// `file_name`. Refused: invalid, with the fields. `now` gives the tag of an import that names none its day.
outcome<imports::options> read_import_options(const request& in, time_point now);

/// 415 unless the body is said to be text or CSV; nothing when it is.
std::optional<problem> check_table_type(const request& in);

} // namespace foyer::http::staff
