#include "bench/smtp_sink.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace foyer;

TEST_CASE("bench: the mail receiver understands commands however they are cut") {
  const std::string said = "EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
                           "From: x\r\nMessage-ID: <one@x>\r\n\r\nhello\r\n..\r\n.\r\nQUIT\r\n";
  for (std::size_t step = 1; step <= said.size(); ++step) {
    bench::smtp_dialogue with;
    std::string answers;
    std::vector<std::string> got;
    for (std::size_t at = 0; at < said.size(); at += step)
      with.feed(std::string_view{said}.substr(at, step), answers,
                [&](const std::string& to, const std::string& id) { got.push_back(to + " " + id); });
    CHECK(got == std::vector<std::string>{"c@d.example one@x"});
    CHECK(with.ended());
    CHECK(answers.find("354") != std::string::npos);
  }
}
