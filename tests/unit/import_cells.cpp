#include "actors/imports/cells.hpp"
#include "actors/imports/csv.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace foyer;
using namespace foyer::imports;

namespace {

const auto euro = *currency::parse("EUR");

std::string read(std::string_view typed, const currency& unit = euro) {
  const auto out = parse_amount(typed, unit);
  return out.value ? std::to_string(*out.value) : std::string{out.problem};
}

std::string code_of(std::string bytes) {
  const auto out = decode(std::move(bytes));
  return out ? std::string{to_string(out->from)} : out.error().fields.front().code;
}

std::vector<std::vector<std::string>> table_of(std::string_view text) {
  const char separator = find_separator(text);
  csv_reader from{text, separator};
  std::vector<std::vector<std::string>> out;
  for (record one; from.next(one);) out.push_back(one.cells);
  return out;
}

} // namespace

TEST_CASE("H10 amounts are read as people write them in French and English") {
  CHECK(read("12") == "1200");
  CHECK(read("12.5") == "1250");
  CHECK(read("12,50") == "1250");
  CHECK(read("1 234,50") == "123450");
  CHECK(read("1\u00A0234,50 €") == "123450");
  CHECK(read("1\u202F234\u202F567,00") == "123456700");
  CHECK(read("1,234.50") == "123450");
  CHECK(read("1.234,50") == "123450");
  CHECK(read("1'234.50") == "123450");
  CHECK(read("1,234,567") == "123456700");
  CHECK(read("-3,00 €") == "-300");
  CHECK(read("€-3.00") == "-300");
  CHECK(read("- 3,00") == "-300");
  CHECK(read("\u2212"
             "3,00") == "-300");
  CHECK(read("3,00-") == "-300");
  CHECK(read("(3,00)") == "-300");
  CHECK(read("EUR 7") == "700");
  CHECK(read("+7") == "700");
  CHECK(read(",5") == "50");
  CHECK(read("0,10") == "10");
  CHECK(read("12,500") == "ambiguous");
  CHECK(read("1.234") == "ambiguous");
  CHECK(read("0.500") == "50");
  CHECK(read("1234,500") == "123450");
}

TEST_CASE("H10 what is no amount, or not in the house's currency, is told so") {
  for (const auto* each : {"", "-", ".", "abc", "1e3", "12,345,6", "12.34.56", "1 23,00", "12,3456", "0x10",
                           "--3", "(-3)", "1,2,3", "12 34", "NaN", "1.5.", "1 234.567"}) {
    INFO(each);
    CHECK(read(each) == "invalid");
  }
  CHECK(read("12 $") == "currency_mismatch");
  CHECK(read("12 USD") == "currency_mismatch");
  CHECK(read("£5") == "currency_mismatch");
  CHECK(read("12 $", *currency::parse("CAD")) == "1200");
  CHECK(read("12 €", *currency::parse("CAD")) == "currency_mismatch");
  CHECK(read("99999999999999999999") == "amount_out_of_range");
  CHECK(read("10000000000,01") == "amount_out_of_range");
}

TEST_CASE("H10 a sum that is written is read again as the same") {
  for (const amount sum : {0LL, 1LL, -1LL, 99LL, -12'345LL, 100'000'000'000LL, -100'000'000'000LL})
    for (const auto* locale : {"fr", "en"}) CHECK(parse_amount(write_amount(sum, locale), euro).value == sum);
}

TEST_CASE("H10 days are read in the French order, and never guessed") {
  CHECK(write_day(*parse_day("2001-02-03")) == "2001-02-03");
  CHECK(write_day(*parse_day("3/2/2001")) == "2001-02-03");
  CHECK(write_day(*parse_day("03.02.2001")) == "2001-02-03");
  for (const auto* each :
       {"", "3/2/01", "2/31/2001", "31/02/2001", "2001-13-01", "2001", "3/2-2001", "12345", "1/1/20011"})
    CHECK_FALSE(parse_day(each).has_value());
}

TEST_CASE("H10 tags survive being written, with commas in them too") {
  const std::vector<std::vector<std::string>> lists{{}, {"a"}, {"a", "b c"}, {"a,b"}, {"a,b", "c;d"}};
  for (const auto& tags : lists) CHECK(split_tags(join_tags(tags)) == tags);
  CHECK(split_tags("a, b;a") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("H10 a file is UTF-8 or Windows-1252, and anything else is named") {
  CHECK(code_of("\xEF\xBB\xBFname") == "utf-8");
  CHECK(code_of("Zo\xC3\xA9") == "utf-8");
  CHECK(code_of("Zo\xE9 \x80") == "windows-1252");
  CHECK(decode("Zo\xE9 3 \x80")->text == "Zoé 3 €");
  CHECK(code_of("\xFF\xFEn\0a\0") == "utf_16");
  CHECK(code_of(std::string("n\0a\0m\0e\0", 8)) == "utf_16");
  CHECK(code_of(std::string("name\0x and much more text", 25)) == "binary");
  CHECK(code_of("PK\x03\x04 and so on") == "spreadsheet_file");
  CHECK(code_of("") == "empty");
  CHECK(code_of("\r\n\r\n") == "empty");
  CHECK(code_of("\xEF\xBB\xBFZo\xE9") == "encoding");
  CHECK(code_of("x\x81y") == "encoding");
}

TEST_CASE("H10 tables are read as spreadsheet programs write them") {
  using rows = std::vector<std::vector<std::string>>;
  CHECK(table_of("a;b\r\n1;2\r\n") == rows{{"a", "b"}, {"1", "2"}});
  CHECK(table_of("a,b\n1,\"2;3\"\n") == rows{{"a", "b"}, {"1", "2;3"}});
  CHECK(table_of("a\tb\r1\t2\r") == rows{{"a", "b"}, {"1", "2"}});
  CHECK(table_of("sep=,\r\na;x,b\r\n1,2") == rows{{"a;x", "b"}, {"1", "2"}});
  CHECK(table_of("a;b\n\"x \"\"y\"\"\nz\";5\" 2\n") == rows{{"a", "b"}, {"x \"y\"\nz", "5\" 2"}});
  CHECK(table_of("a;b\n\n;\n1;2") == rows{{"a", "b"}, {""}, {"", ""}, {"1", "2"}});
}

TEST_CASE("H10 what is no table ends where it breaks, with the line") {
  const auto broken = [](std::string_view text) {
    csv_reader from{text, ';'};
    for (record one; from.next(one);) {
    }
    return std::string{from.broken()} + " " + std::to_string(from.line());
  };
  CHECK(broken("a;b\n1;\"2") == "quote_not_closed 2");
  CHECK(broken(std::string(20 * 1024 * 1024, '"')) == "cell_too_long 1");
  CHECK(broken("a\n" + std::string(20 * 1024 * 1024, 'x')) == "cell_too_long 2");
  CHECK(broken("a\n" + std::string(300, ';')) == "too_many_columns 2");
}

TEST_CASE("H10 cells that a spreadsheet would compute are neutralised, negative numbers stay numbers") {
  const auto written = [](std::string_view text) {
    std::string out;
    append_cell(out, text, ';');
    return out;
  };
  CHECK(written("=1+1") == "'=1+1");
  CHECK(written("+33 6 12") == "'+33 6 12");
  CHECK(written("@SUM(A1)") == "'@SUM(A1)");
  CHECK(written("-2+3") == "'-2+3");
  CHECK(written("\tx") == "\"'\tx\"");
  CHECK(written("\r=1") == "\"'\r=1\"");
  CHECK(written("-12,50") == "\"-12,50\"");
  CHECK(written("-12.50") == "-12.50");
  CHECK(written("a;b") == "\"a;b\"");
  CHECK(written("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(without_apostrophe("'=1+1") == "=1+1");
  CHECK(without_apostrophe("'tHooft") == "'tHooft");
}
