#include "http/operations/routes.hpp"

#include "http/json/writer.hpp"

namespace foyer::http::operations {
namespace {

std::string status_body(std::string_view status, std::string_view detail = {}) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("status", status);
  if (!detail.empty()) out.field("detail", detail);
  out.end_object();
  return body;
}

route_info about(std::string_view operation) {
  route_info info;
  info.operation = operation;
  info.group = "operations";
  return info;
}

} // namespace

void add_health_routes(router& routes, readiness ready) {
  routes.add(
      verb::get, "/healthz",
      [](request&) -> boost::asio::awaitable<response> {
        co_return json_response(200, status_body("alive"));
      },
      about("healthz"));
  routes.add(
      verb::get, "/readyz",
      [ready = std::move(ready)](request&) -> boost::asio::awaitable<response> {
        const auto reason = ready ? ready() : std::string();
        if (reason.empty()) co_return json_response(200, status_body("ready"));
        co_return json_response(503, status_body("not_ready", reason)).header("Retry-After", "1");
      },
      about("readyz"));
}

void add_metrics_route(router& routes, const metrics& figures) {
  routes.add(
      verb::get, "/metrics",
      [&figures](request&) -> boost::asio::awaitable<response> {
        co_return response(200, "text/plain; version=0.0.4; charset=utf-8", figures.exposition());
      },
      about("metrics"));
}

} // namespace foyer::http::operations
