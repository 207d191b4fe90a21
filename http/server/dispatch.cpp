#include "http/server/dispatch.hpp"

#include "actors/vocabulary/secret.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

namespace foyer::http {
namespace {

bool is_sane_id(std::string_view text) noexcept {
  constexpr std::size_t longest = 64;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), fits);
}

problem make_problem(int status, std::string_view code, std::string_view detail = {}) {
  problem out;
  out.status = status;
  out.code = code;
  out.detail = detail;
  return out;
}

/// What a route that moves money demands of its key; nullopt when it is there and good.
std::optional<problem> check_idempotency_key(const request& of) {
  constexpr std::size_t longest = 255;
  const auto key = of.header("idempotency-key");
  if (!key || key->empty()) {
    return make_problem(400, "idempotency_key_required", "This request needs the field Idempotency-Key.");
  }
  const bool printable = std::all_of(key->begin(), key->end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (printable && key->size() <= longest && of.count("idempotency-key") == 1) return std::nullopt;
  return make_problem(400, "malformed",
                      "Idempotency-Key has to be one text of at most 255 printable characters.");
}

} // namespace

request_ids::request_ids() {
  constexpr std::string_view hex = "0123456789abcdef";
  std::array<std::uint8_t, prefix_size / 2> random{};
  fill_random(random);
  for (std::size_t i = 0; i < random.size(); ++i) {
    text_[2 * i] = hex[random[i] >> 4U];
    text_[2 * i + 1] = hex[random[i] & 15U];
  }
  text_[prefix_size] = '-';
}

std::string_view request_ids::choose(const request& of) {
  const auto own = of.header("x-request-id");
  return own && is_sane_id(*own) && of.count("x-request-id") == 1 ? *own : make();
}

std::string_view request_ids::make() {
  char* const end = std::to_chars(text_.data() + prefix_size + 1, text_.data() + text_.size(), ++count_).ptr;
  return {text_.data(), static_cast<std::size_t>(end - text_.data())};
}

dispatch_target find_target(const router& routes, const server_options& options, request& of) {
  dispatch_target out;
  out.body_max = options.body_max;
  if (of.target == "*") {
    out.early = no_content();
    return out;
  }
  auto match = routes.find(of);
  switch (match.result) {
  case router::outcome::found:
    out.route = match.route;
    if (match.route->info.body_max > 0) out.body_max = match.route->info.body_max;
    break;
  case router::outcome::not_found: out.early = response(not_found()); break;
  case router::outcome::method_not_allowed:
    out.early = of.method == verb::options ? no_content() : response(make_problem(405, "method_not_allowed"));
    out.early->header("Allow", match.allow);
    break;
  }
  return out;
}

boost::asio::awaitable<std::optional<response>> ask_gate(const router& routes, const route& to, request& of) {
  const auto& gate = routes.gate();
  if (!gate) co_return std::nullopt;
  try {
    co_return co_await gate(of);
  } catch (const std::exception& error) {
    spdlog::error("request {}: {} failed: {}", of.request_id, to.info.operation, error.what());
  }
  co_return response(internal());
}

boost::asio::awaitable<response> call_handler(const router& routes, const route& to, request& of) {
  try {
    if (to.info.idempotent) {
      if (auto bad = check_idempotency_key(of)) co_return response(*bad);
    }
    const auto& gate = routes.gate();
    if (gate && (to.info.access != access::anybody || of.header("cookie") || of.header("authorization"))) {
      auto refused = co_await gate(of);
      if (refused) co_return std::move(*refused);
    }
    co_return co_await to.handler(of);
  } catch (const std::exception& error) {
    spdlog::error("request {}: {} failed: {}", of.request_id, to.info.operation, error.what());
  } catch (...) {
    spdlog::error("request {}: {} failed", of.request_id, to.info.operation);
  }
  co_return response(internal());
}

problem problem_of(verdict why) {
  switch (why) {
  case verdict::ok:
  case verdict::bad_request: return make_problem(400, "malformed", "The request is not well-formed HTTP.");
  case verdict::host_refused: return make_problem(400, "host_refused", "This host is not served here.");
  case verdict::target_too_long: return target_too_long();
  case verdict::too_many_fields: return head_too_large();
  case verdict::unknown_method: return make_problem(501, "method_unknown");
  case verdict::unknown_version: return make_problem(505, "version_unknown");
  case verdict::unknown_expectation: return make_problem(417, "expectation_unknown");
  }
  return internal();
}

problem request_timeout() {
  return make_problem(408, "request_timeout", "The request took too long to arrive.");
}
problem body_too_large() {
  return make_problem(413, "body_too_large");
}
problem head_too_large() {
  return make_problem(431, "head_too_large");
}
problem target_too_long() {
  return make_problem(414, "target_too_long");
}

std::string client_text(const boost::asio::ip::address& address) {
  namespace ip = boost::asio::ip;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

void log_stream_failure(const request& of, std::string_view what) {
  spdlog::error("request {}: the stream failed: {}", of.request_id, what);
}

void log_answer(const request& of, int status, std::chrono::steady_clock::duration took) {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  // The path only: a query may hold what a person typed.
  spdlog::debug("request {}: {} {} {} {} us {}", of.request_id, name_of(of.method), of.path, status,
                microseconds, of.remote_address);
}

} // namespace foyer::http
