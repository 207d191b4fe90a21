#pragma once

#include "actors/imports/imports.hpp"
#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// What imports need beside the back office's services. All of it outlives the router.
struct import_services {
  office_services& office;
  imports::records& imports;
  imports::queue& importer;
  std::size_t bytes_max; // http.import_bytes_max
};

/// Imports of clients (H10): upload with or without making anything, start, list, report, progress by
/// server-sent events, and the lines that were not created as CSV.
void add_import_routes(router& to, import_services& with);

} // namespace foyer::http::staff
