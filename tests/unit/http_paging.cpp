#include "http/list_json.hpp"
#include "http/paging.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace foyer;
using namespace foyer::http;

namespace {

template <class Mark>
outcome<paging<Mark>> asked(std::string_view query) {
  request in;
  in.raw_query = query;
  return paging_of<Mark>(in);
}

// "field: code" of the refusal, "" when there is none.
template <class Mark>
std::string wrong(std::string_view query) {
  const auto page = asked<Mark>(query);
  return page ? "" : page.error().fields.at(0).field + ": " + page.error().fields.at(0).code;
}

template <class Mark>
Mark there_and_back(const Mark& mark) {
  return asked<Mark>("cursor=" + to_cursor(mark))->after.value();
}

} // namespace

TEST_CASE("lists are asked for by 50, and by 1 to 200") {
  CHECK(asked<uuid>("")->limit == 50);
  CHECK_FALSE(asked<uuid>("cursor=")->after);
  CHECK(asked<uuid>("limit=1")->limit == 1);
  CHECK(asked<uuid>("limit=200")->limit == page_limit_max);
  CHECK(wrong<uuid>("limit=0") == "?limit: out_of_range");
  CHECK(wrong<uuid>("limit=201") == "?limit: out_of_range");
  for (const auto* bad : {"limit=many", "limit="}) CHECK(wrong<uuid>(bad) == "?limit: invalid");
  CHECK(wrong<uuid>("limit=-1") == "?limit: out_of_range");
}

TEST_CASE("a cursor names the item after which a list goes on, and what is none is refused") {
  const order_id one{new_uuid(1'750'000'000'000)};
  CHECK(there_and_back(one) == one);
  CHECK(there_and_back(std::int64_t{17}) == 17);
  const auto place = there_and_back(order::ticket_place{one, 3});
  CHECK(place.order == one);
  CHECK(place.position == 3);
  CHECK(wrong<order_id>("cursor=17") == "?cursor: invalid");
  CHECK(wrong<std::int64_t>("cursor=0") == "?cursor: invalid");
  CHECK(wrong<std::int64_t>("cursor=-1") == "?cursor: invalid");
  CHECK(wrong<order::ticket_place>("cursor=" + to_string(one)) == "?cursor: invalid");
  CHECK(wrong<order::ticket_place>("cursor=" + to_string(one) + ":-1") == "?cursor: invalid");
  CHECK(wrong<order::ticket_place>("cursor=x:1") == "?cursor: invalid");
}

TEST_CASE("a list says where the next page begins, the last page null") {
  struct item {
    std::int64_t number;
  };
  const std::vector<item> all{{3}, {5}};
  const auto append = [](json::writer& out, const item& each) { out.value(each.number); };
  CHECK(list_json(all, append, next_cursor(true, all, &item::number)) ==
        R"({"items":[3,5],"next_cursor":"5"})");
  CHECK(list_json(all, append, next_cursor(false, all, &item::number)) ==
        R"({"items":[3,5],"next_cursor":null})");
  CHECK(list_json(std::vector<item>{}, append) == R"({"items":[],"next_cursor":null})");
}
