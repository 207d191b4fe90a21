#include "http/news_routes.hpp"

#include "http/bind.hpp"
#include "http/buyer/visitor.hpp"
#include "http/json/writer.hpp"
#include "http/problem.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;

/// A comment so often shows both sides that the other is there.
constexpr std::chrono::seconds quiet_for{15};
/// Between two portions: a rush sends a page a few lists a second, not thousands of orders.
constexpr std::chrono::milliseconds pause{200};
/// A page connects anew by itself, and is then asked again who it is: a session that ended, or a role that
/// was taken away, hears no longer than this.
constexpr std::chrono::minutes lives_for{2};

std::string event_of(const news_item& what) {
  std::string out = "event: " + std::string{to_string(what.about)} + "\ndata: ";
  json::writer data(out);
  data.begin_object();
  if (what.household) data.field("household_id", *what.household);
  if (what.record)
    data.field(what.about == news_item::topic::campaign ? "campaign_id" : "order_id", *what.record);
  data.end_object();
  return out + "\n\n";
}

std::string text_of(const news_reader::batch& news) {
  if (news.missed) return "event: reset\ndata: {}\n\n";
  std::string out;
  for (const auto& each : news.items) out += event_of(each);
  return out;
}

asio::awaitable<void> tell(news_board& board, organisation_id at, std::optional<household_id> only,
                           body_stream& to) {
  using steady = std::chrono::steady_clock;
  const auto until = steady::now() + lives_for;
  auto reader = board.subscribe(at, only, to.waker());
  if (!reader) co_return;
  // From here on nothing is missed: what the page reads now is as new as what it is told.
  const bool begun = co_await to.write("retry: 1000\nevent: ready\ndata: {}\n\n");
  if (!begun) co_return;
  while (steady::now() < until) {
    const auto text = text_of(reader->take());
    if (text.empty()) {
      const auto before = steady::now();
      const bool on = co_await to.wait(quiet_for);
      if (!on) co_return;
      if (steady::now() - before < quiet_for) continue;
      const bool there = co_await to.write(": still here\n\n");
      if (!there) co_return;
      continue;
    }
    const bool sent = co_await to.write(text);
    if (!sent) co_return;
    reader->mute(true);
    const bool on = co_await to.wait(pause);
    if (!on) co_return;
    reader->mute(false);
  }
}

asio::awaitable<response> get_staff_events(news_services& with, request& in) {
  auto by = co_await staff::staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  response::stream_function stream = [&board = with.board, at = by->at->id](body_stream& to) {
    return tell(board, at, std::nullopt, to);
  };
  co_return event_stream(std::move(stream));
}

asio::awaitable<response> get_my_events(news_services& with, request& in) {
  auto who = co_await buyer::household_visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  if (!who->of) co_return not_found();
  response::stream_function stream = [&board = with.board, at = who->at->id,
                                      of = who->of->id](body_stream& to) { return tell(board, at, of, to); };
  co_return event_stream(std::move(stream));
}

} // namespace

void add_news_routes(router& to, news_services& with) {
  to.add(verb::get, "/api/v1/orgs/{org}/staff/events", bind<get_staff_events>(with),
         staff::staff_route("staff_events", staff::client_readers));
  to.add(verb::get, "/api/v1/me/orgs/{org}/events", bind<get_my_events>(with),
         buyer::space_route("my_events"));
}

} // namespace foyer::http
