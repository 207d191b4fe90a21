#include "storage/pg/binary.hpp"
#include "storage/pg/params.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::storage::pg;

namespace {

template <class T>
std::string hex(const T& value) {
  std::string bytes;
  append_value(bytes, value);
  std::string out;
  for (const auto c : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

time_point at(int year, unsigned month, unsigned day) {
  return time_point{std::chrono::sys_days{std::chrono::year{year} / month / day}};
}

} // namespace

// The expected bytes are those of PostgreSQL's own …send functions, such as `select int8send(-2)`.
TEST_CASE("binary: numbers, times and texts as PostgreSQL sends them") {
  CHECK(hex(std::int64_t{-2}) == "fffffffffffffffe");
  CHECK(hex(std::int32_t{258}) == "00000102");
  CHECK(hex(as_small(-1)) == "ffff");
  CHECK(hex(true) == "01");
  CHECK(hex(std::string_view{"é"}) == "c3a9");
  CHECK(hex(at(2000, 1, 1)) == "0000000000000000");
  CHECK(hex(at(1999, 12, 31)) == "ffffffebe228a000");
  CHECK(hex(date{std::chrono::year{2000} / 1 / 2}) == "00000001");
  CHECK(hex(date{std::chrono::year{1970} / 1 / 1}) == "ffffd533");
  CHECK(hex(*parse_uuid("0190d3a4-0000-7000-8000-000000000001")) == "0190d3a4000070008000000000000001");
}

TEST_CASE("binary: arrays have their type's number, and an empty one no dimension") {
  CHECK(hex(std::vector<std::string>{}) == "000000000000000000000019");
  CHECK(hex(std::vector<std::string>{"a", ""}) == "000000010000000000000019"
                                                  "0000000200000001"
                                                  "0000000161"
                                                  "00000000");
  CHECK(hex(std::vector<household_id>(1)) == "000000010000000000000b860000000100000001"
                                             "00000010"
                                             "00000000000000000000000000000000");
}

TEST_CASE("binary: a row names every column's type, null is a length of -1") {
  std::string out;
  record_array rows{out, 70'000, 1};
  rows.row(as_small(7), std::optional<std::int64_t>{}, none_if_empty(""), none_if_empty("x"));
  const std::string head{"\0\0\0\1\0\0\0\0\0\1\x11\x70\0\0\0\1\0\0\0\1", 20};
  REQUIRE(out.substr(0, 20) == head);
  const std::string row{"\0\0\0\x27"             // bytes that follow
                        "\0\0\0\4"               // columns
                        "\0\0\0\x15\0\0\0\2\0\7" // smallint 7
                        "\0\0\0\x14\xff\xff\xff\xff"
                        "\0\0\0\x19\xff\xff\xff\xff"
                        "\0\0\0\x19\0\0\0\1x",
                        43};
  CHECK(out.substr(20) == row);
}

TEST_CASE("params: lengths, nulls and reuse") {
  params out;
  for (int round = 0; round < 2; ++round) {
    out.clear();
    out.add(std::int64_t{1}).null().add("text").add(std::optional<bool>{}).add(std::string{});
    REQUIRE(out.count() == 5);
    CHECK(out.values()[1] == nullptr);
    CHECK(out.values()[3] == nullptr);
    REQUIRE(out.values()[4] != nullptr); // an empty text is not null
    CHECK(out.lengths()[0] == 8);
    CHECK(out.lengths()[2] == 4);
    CHECK(out.lengths()[4] == 0);
    CHECK(std::string_view{out.values()[2], 4} == "text");
    CHECK(out.formats()[0] == 1);
  }
}
