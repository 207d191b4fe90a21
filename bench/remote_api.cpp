#include "bench/remote_api.hpp"

#include "bench/failure.hpp"
#include "bench/hindrance.hpp"
#include "bench/http_call.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

namespace foyer::bench {

namespace json = boost::json;

namespace {

constexpr auto look_every = std::chrono::milliseconds{100};

json::object object_of(const std::string& body) {
  boost::system::error_code error;
  auto parsed = json::parse(body, error);
  return error || !parsed.is_object() ? json::object{} : std::move(parsed.as_object());
}

const json::value& must_have(const json::object& in, std::string_view key) {
  const auto* found = in.if_contains(key);
  if (found == nullptr) throw failure{"an answer of the server has no \"" + std::string{key} + "\""};
  return *found;
}

} // namespace

remote_api::remote_api(server_address server, std::string organisation)
    : server_{std::move(server)}, organisation_{std::move(organisation)} {}

void remote_api::greet() {
  const auto where = "http://" + server_.host_header;
  const auto described = http_call(server_, "GET", "/api/openapi.json");
  if (described.status == 0) throw failure{where + " can't be measured: " + described.error};
  const auto document = object_of(described.body);
  const auto* info = document.if_contains("info");
  if (described.status != 200 || info == nullptr || !info->is_object() ||
      text_at(info->as_object(), "title") != "Foyer") {
    const auto why = hindrance_of(described.status, described.body);
    throw failure{where + " answers, but not as Foyer does: GET /api/openapi.json has status " +
                  std::to_string(described.status) + (why.empty() ? "" : ", " + why)};
  }
  version_ = "foyer " + text_at(info->as_object(), "version");
  if (const auto ready = http_call(server_, "GET", "/readyz"); ready.status != 200)
    throw failure{where + " is not ready: GET /readyz has status " + std::to_string(ready.status) + " " +
                  ready.body};
  const auto house = http_call(server_, "GET", base());
  if (house.status == 404) throw failure{where + " has no organisation " + organisation_};
  if (house.status != 200)
    throw failure{"GET " + base() + " has status " + std::to_string(house.status) + ": " + house.body};
  currency_ = text_at(object_of(house.body), "currency");
}

std::vector<std::string> remote_api::roles_of(const std::string& token) const {
  const auto session = must({"GET", "/api/v1/session", token, {}, {}}, "asking whose token it is");
  if (const auto* id = session.if_contains("id"); id == nullptr || id->is_null())
    throw failure{"a token is of no session of " + server_.host_header + ", or its session ended"};
  std::vector<std::string> out;
  if (const auto* roles = session.if_contains("roles"); roles != nullptr && roles->is_array())
    for (const auto& each : roles->as_array())
      if (text_at(each.as_object(), "organisation") == organisation_)
        out.push_back(text_at(each.as_object(), "role"));
  return out;
}

json::object remote_api::must(const call& what, std::string_view doing) const {
  const auto field =
      what.idempotency_key.empty() ? std::string{} : "Idempotency-Key: " + what.idempotency_key;
  const auto answer = http_call(server_, what.verb, what.target, what.token, what.body, field);
  if (answer.status == what.expected) return object_of(answer.body);
  std::string text{doing};
  text.append(" failed: ").append(what.verb).append(" ").append(what.target);
  if (answer.status == 0) throw failure{text + ": " + answer.error};
  text += " was answered " + std::to_string(answer.status) + " " + answer.body.substr(0, 500);
  if (const auto why = hindrance_of(answer.status, answer.body); !why.empty()) text += "\n" + why;
  throw failure{text};
}

std::string text_at(const json::object& in, std::string_view key) {
  const auto& found = must_have(in, key);
  if (!found.is_string()) throw failure{"\"" + std::string{key} + "\" of an answer of the server is no text"};
  return std::string{found.as_string()};
}

std::int64_t number_at(const json::object& in, std::string_view key) {
  const auto& found = must_have(in, key);
  if (!found.is_int64())
    throw failure{"\"" + std::string{key} + "\" of an answer of the server is no whole number"};
  return found.as_int64();
}

std::int64_t amount_at(const json::object& in, std::string_view key) {
  const auto& found = must_have(in, key);
  if (!found.is_object())
    throw failure{"\"" + std::string{key} + "\" of an answer of the server is no money"};
  return number_at(found.as_object(), "amount");
}

void for_each_of(std::size_t count, const std::function<void(std::size_t)>& one,
                 const std::function<void(std::size_t done)>& progress, const std::atomic<bool>& stop) {
  std::atomic<std::size_t> next{0}, done{0};
  std::mutex mutex;
  std::exception_ptr first;
  std::atomic<bool> failed{false};
  const auto work = [&] {
    for (auto i = next++; i < count && !failed && !stop; i = next++) {
      try {
        one(i);
        ++done;
      } catch (...) {
        const std::lock_guard lock{mutex};
        if (!first) first = std::current_exception();
        failed = true;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(at_once, count); ++i) threads.emplace_back(work);
    while (done < count && !failed && !stop) {
      progress(done);
      std::this_thread::sleep_for(look_every);
    }
  }
  if (first) std::rethrow_exception(first);
  if (stop) throw failure{"interrupted"};
}

} // namespace foyer::bench
