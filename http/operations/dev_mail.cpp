#include "http/operations/dev_mail.hpp"

#include "http/json/writer.hpp"
#include "http/operations/dev_mail_pages.hpp"
#include "http/problem.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>

namespace foyer::http::operations {
namespace {

namespace asio = boost::asio;
using box_pointer = std::shared_ptr<mailer::mailbox>;
using std::chrono::milliseconds;

constexpr std::size_t limit_default = 50;
constexpr std::size_t limit_max = 200;
constexpr std::string_view own_policy_page = "default-src 'none'; style-src 'self'; frame-src 'self'; "
                                             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The mail's styles are inline, as mail programs want them; nothing else of it is let in.
constexpr std::string_view own_policy_frame =
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

route_info about(std::string_view operation) {
  route_info info;
  info.operation = operation;
  info.group = "operations";
  return info;
}

/// "5s" or "500ms"; nothing else is needed here.
milliseconds wait_of(const request& asked, milliseconds max) {
  const auto text = asked.query("wait").value_or("");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return milliseconds{0};
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const std::int64_t factor = unit == "s" ? 1000 : unit == "ms" ? 1 : 0;
  return milliseconds{std::min(number, max.count()) * factor > max.count() ? max.count() : number * factor};
}

mailer::mailbox::filter filter_of(const request& asked) {
  mailer::mailbox::filter out;
  out.to = asked.query("to").value_or("");
  out.text = asked.query("q").value_or("");
  out.after = asked.query("after").value_or("");
  const auto text = asked.query("limit").value_or("");
  std::size_t limit = limit_default;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  out.limit = std::clamp<std::size_t>(limit, 1, limit_max);
  return out;
}

bool wants_json(const request& asked) {
  return asked.header("accept").value_or("").find("application/json") != std::string_view::npos;
}

bool french(const request& asked) {
  return asked.header("accept-language").value_or("").starts_with("fr");
}

void append(json::writer& out, const mailer::mail_content& mail) {
  out.begin_object().field("id", mail.id).field("from", mail.from).field("to", mail.to);
  out.field("subject", mail.subject).field("text", mail.text).field("html", mail.html);
  out.key("links").begin_array();
  for (const auto& link : mail.links) out.value(link);
  out.end_array();
  out.field("created_at", std::chrono::time_point_cast<time_point::duration>(mail.created_at)).end_object();
}

response json_list(mailer::mailbox& box, const std::vector<mailer::mail_summary>& mails) {
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : mails)
    if (const auto whole = box.read(each.id)) append(out, *whole);
  out.end_array().end_object();
  return json_response(200, std::move(body));
}

/// What matches now, or as soon as something does.
asio::awaitable<std::vector<mailer::mail_summary>>
wait_for_mails(mailer::mailbox& box, mailer::mailbox::filter wanted, milliseconds wait) {
  const auto executor = co_await asio::this_coro::executor;
  const auto deadline = std::chrono::steady_clock::now() + wait;
  auto timer = std::make_shared<asio::steady_timer>(executor);
  // Mailers call from their own threads. What they post runs on this strand, so not between the look and the
  // wait.
  const auto subscription =
      box.subscribe([executor, timer] { asio::post(executor, [timer] { timer->cancel(); }); });
  for (;;) {
    auto mails = box.list(wanted);
    if (!mails.empty() || std::chrono::steady_clock::now() >= deadline) co_return mails;
    timer->expires_at(deadline);
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<response> list(box_pointer box, milliseconds wait_max, request& asked) {
  const auto wanted = filter_of(asked);
  const auto wait = wait_of(asked, wait_max);
  // No conditional expression around co_await: GCC 12 destroys its value too early.
  auto mails = box->list(wanted);
  if (mails.empty() && wait.count() > 0) mails = co_await wait_for_mails(*box, wanted, wait);
  if (wants_json(asked)) co_return json_list(*box, mails);
  co_return html_response(200, dev_mail_list_page(mails, wanted, french(asked)))
      .header("Content-Security-Policy", own_policy_page);
}

asio::awaitable<response> one(box_pointer box, request& asked) {
  const auto mail = box->read(asked.parameter("id"));
  if (!mail) co_return not_found();
  if (wants_json(asked)) {
    std::string body;
    json::writer out(body);
    append(out, *mail);
    co_return json_response(200, std::move(body));
  }
  co_return html_response(200, dev_mail_page(*mail, french(asked)))
      .header("Content-Security-Policy", own_policy_page);
}

asio::awaitable<response> frame(box_pointer box, request& asked) {
  const auto mail = box->read(asked.parameter("id"));
  if (!mail) co_return not_found();
  co_return html_response(200, dev_mail_frame(*mail)).header("Content-Security-Policy", own_policy_frame);
}

} // namespace

void add_dev_mail_routes(router& routes, box_pointer box, milliseconds wait_max) {
  routes.add(
      verb::get, "/dev/mail", [box, wait_max](request& asked) { return list(box, wait_max, asked); },
      about("dev_mail"));
  routes.add(
      verb::get, "/dev/mail.css",
      [](request&) -> asio::awaitable<response> {
        co_return response(200, "text/css; charset=utf-8", std::string(dev_mail_style()));
      },
      about("dev_mail_style"));
  routes.add(
      verb::get, "/dev/mail/{id}", [box](request& asked) { return one(box, asked); },
      about("dev_mail_message"));
  routes.add(
      verb::get, "/dev/mail/{id}/html", [box](request& asked) { return frame(box, asked); },
      about("dev_mail_message_html"));
}

} // namespace foyer::http::operations
