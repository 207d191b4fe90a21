#pragma once

#include "actors/news.hpp"
#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http {

struct news_services {
  house_services& house;
  news_board& board;
};

/// Server-sent events: GET …/staff/events for dashboards, GET /me/orgs/{org}/events for my space (S9). An
/// event names what changed, its data the ids; pages read it again as whoever they are.
void add_news_routes(router& to, news_services& with);

} // namespace foyer::http
