#include "http/public/front_page.hpp"

#include "http/public/front_page_html.hpp"

#include <memory>
#include <utility>

namespace foyer::http {
namespace {

namespace asio = boost::asio;

bool wants_french(const request& in) {
  if (const auto asked = in.query("lang"); asked && !asked->empty()) return *asked == "fr";
  return in.header("accept-language").value_or("").starts_with("fr");
}

} // namespace

void add_front_page(router& to, front_page what) {
  const auto about = [](std::string_view operation) {
    return route_info{.operation = operation, .access = access::anybody, .group = "operations"};
  };
  const auto english = std::make_shared<const std::string>(front_page_html(what, false));
  const auto french = std::make_shared<const std::string>(front_page_html(what, true));
  to.add(
      verb::get, "/",
      [english, french](request& in) -> asio::awaitable<response> {
        auto out = html_response(200, wants_french(in) ? *french : *english);
        out.header("Vary", "Accept-Language");
        co_return out;
      },
      about("front_page"));
  to.add(
      verb::get, "/style.css",
      [](request&) -> asio::awaitable<response> {
        co_return response(200, "text/css; charset=utf-8", std::string(front_page_style()));
      },
      about("front_page_style"));
}

} // namespace foyer::http
