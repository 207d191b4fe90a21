#include "http/router.hpp"
#include "http/server/guard.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <stdexcept>
#include <string>

using namespace foyer::http;

namespace {

boost::asio::awaitable<response> nothing(request&) {
  co_return no_content();
}

route_info named(std::string_view operation) {
  route_info info;
  info.operation = operation;
  return info;
}

route_info for_staff(std::string_view operation) {
  auto info = named(operation);
  info.access = access::staff;
  info.roles = roles::administrator;
  return info;
}

router sample() {
  router routes;
  routes.add(verb::get, "/", nothing, named("root"))
      .add(verb::get, "/api/v1/orgs/{org}", nothing, named("org"))
      .add(verb::get, "/api/v1/orgs/{org}/shops/{shop}/offers/{id}", nothing, named("offer"))
      .add(verb::post, "/api/v1/orgs/{org}/shops/{shop}/orders", nothing, named("order"))
      .add(verb::get, "/api/v1/orgs/{org}/staff/wallets", nothing, for_staff("wallets"))
      .add(verb::get, "/api/v1/orgs/{org}/{section}/{id}", nothing, named("section"))
      .add(verb::get, "/assets/{path*}", nothing, named("assets"))
      .add(verb::get, "/tickets/{ticket}.pdf", nothing, named("ticket_pdf"))
      .add(verb::get, "/tickets/{ticket}", nothing, named("ticket"))
      .add(verb::delete_, "/api/v1/orgs/{org}", nothing, named("remove"));
  return routes;
}

struct found {
  router::outcome result;
  std::string operation;
  std::unique_ptr<request> of;
  std::string allow;
};

found find(const router& routes, const std::string& method_and_target) {
  auto of = make_request(method_and_target + " HTTP/1.1\r\n");
  REQUIRE(of);
  auto match = routes.find(*of);
  return {match.result, match.route == nullptr ? "" : std::string(match.route->info.operation), std::move(of),
          match.allow};
}

} // namespace

TEST_CASE("the router tells a parameter with an ending from one without") {
  const auto routes = sample();
  const auto pdf = find(routes, "GET /tickets/7.pdf");
  CHECK(pdf.operation == "ticket_pdf");
  CHECK(pdf.of->parameter("ticket") == "7");
  CHECK(find(routes, "GET /tickets/a.b.pdf").of->parameter("ticket") == "a.b");
  CHECK(find(routes, "GET /tickets/7.svg").operation == "ticket");
  // Nothing before the ending is no parameter.
  CHECK(find(routes, "GET /tickets/.pdf").operation == "ticket");
  router wrong;
  for (const auto* pattern : {"/{x}pdf", "/{x*}.pdf", "/{}.pdf", "/{x"})
    CHECK_THROWS_AS(wrong.add(verb::get, pattern, nothing, named("x")), std::logic_error);
}

TEST_CASE("the router finds routes and their parameters") {
  const auto routes = sample();
  CHECK(find(routes, "GET /").operation == "root");
  const auto offer = find(routes, "GET /api/v1/orgs/demo/shops/caf%C3%A9/offers/7?x=y");
  CHECK(offer.operation == "offer");
  CHECK(offer.of->parameter("org") == "demo");
  CHECK(offer.of->parameter("shop") == "caf\xC3\xA9");
  CHECK(offer.of->parameter("id") == "7");
  CHECK(offer.of->parameter("other").empty());
  CHECK(find(routes, "HEAD /api/v1/orgs/demo").operation == "org");
  const auto assets = find(routes, "GET /assets/a/b.js");
  CHECK(assets.operation == "assets");
  CHECK(assets.of->parameter("path") == "a/b.js");
}

TEST_CASE("fixed words win over parameters, and a dead end is left again") {
  const auto routes = sample();
  CHECK(find(routes, "GET /api/v1/orgs/demo/staff/wallets").operation == "wallets");
  const auto section = find(routes, "GET /api/v1/orgs/demo/staff/other");
  CHECK(section.operation == "section");
  CHECK(section.of->parameter("section") == "staff");
  CHECK(section.of->parameter("id") == "other");
}

TEST_CASE("unknown paths and methods are told apart") {
  const auto routes = sample();
  for (const char* target : {"/api", "/api/v1/orgs/", "/api/v1/orgs//shops/x/offers/1", "/api/v1/orgs/demo/",
                             "/assets", "/assets/", "/apis/v1/orgs/demo", "/API/v1/orgs/demo"}) {
    INFO(target);
    CHECK(find(routes, std::string("GET ") + target).result == router::outcome::not_found);
  }
  const auto wrong = find(routes, "PUT /api/v1/orgs/demo");
  CHECK(wrong.result == router::outcome::method_not_allowed);
  CHECK(wrong.allow == "GET, HEAD, DELETE, OPTIONS");
}

TEST_CASE("mistakes in the table of routes are found when it is built") {
  auto routes = sample();
  CHECK_THROWS_AS(routes.add(verb::get, "/", nothing, named("again")), std::logic_error);
  CHECK_THROWS_AS(routes.add(verb::get, "no-slash", nothing, named("x")), std::logic_error);
  CHECK_THROWS_AS(routes.add(verb::get, "/{a*}/b", nothing, named("x")), std::logic_error);
  CHECK_THROWS_AS(routes.add(verb::get, "/{}", nothing, named("x")), std::logic_error);
  CHECK_THROWS_AS(routes.add(verb::get, "/{a", nothing, named("x")), std::logic_error);
  CHECK_THROWS_AS(routes.add(verb::get, "/x", nullptr, named("x")), std::logic_error);
  CHECK_THROWS_AS(routes.add(verb::get, "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}", nothing, named("x")),
                  std::logic_error);
}

TEST_CASE("A12 a route of the back office without its roles is found when the table is built") {
  const std::string path = "/api/v1/orgs/{org}/staff/secrets";
  CHECK_NOTHROW(router{}.add(verb::get, path, nothing, for_staff("good")));
  CHECK_THROWS_AS(router{}.add(verb::get, path, nothing, named("open_to_all")), std::logic_error);
  auto nobody = for_staff("for_nobody");
  nobody.roles = roles::none;
  CHECK_THROWS_AS(router{}.add(verb::get, path, nothing, nobody), std::logic_error);
  auto login = named("any_login");
  login.access = access::login;
  CHECK_THROWS_AS(router{}.add(verb::get, path, nothing, login), std::logic_error);
  CHECK_THROWS_AS(router{}.add(verb::get, "/api/v1/orgs/{org}/secrets", nothing, for_staff("elsewhere")),
                  std::logic_error);
}

TEST_CASE("routes can be walked in their order") {
  const auto routes = sample();
  REQUIRE(routes.routes().size() == 10);
  CHECK(routes.routes().front().pattern == "/");
  CHECK(routes.routes().back().method == verb::delete_);
  CHECK(routes.routes()[2].parameter_names == std::vector<std::string>{"org", "shop", "id"});
}
