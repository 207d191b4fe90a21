#pragma once

#include "http/metrics.hpp"
#include "http/router.hpp"

#include <functional>
#include <string>

namespace foyer::http::operations {

/// What is not ready, for humans: "journal is not writing"; "" when everything is.
using readiness = std::function<std::string()>;

/// GET /healthz and GET /readyz. The callback is asked on each request, on the serving thread, and must not
/// block.
void add_health_routes(router&, readiness);
/// GET /metrics, for a listener of its own.
void add_metrics_route(router&, const metrics&);

} // namespace foyer::http::operations
