#include "mail/bounce.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace foyer;

namespace {

const server_secret secret("a secret of the tests, 32 bytes.");
const mail_id sent{*parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057")};

struct told {
  std::string to = mail::return_address("bounces@host.example", sent, secret);
  std::string action = "failed";
  std::string status = "5.1.1";
  std::string diagnostic = "smtp; 550 5.1.1 no such user";
  std::string returned = "Message-ID: <01890a5d-ac96-774b-bcce-b302099a8057@host.example>\r\n";
  std::string content_type = "multipart/report; report-type=delivery-status; boundary=\"=_b 1\"";
};

std::string report(const told& what = {}) {
  return "From: MAILER-DAEMON@mx.example\r\nTo: " + what.to + "\r\nContent-Type: " + what.content_type +
         "\r\n\r\nA report.\r\n--=_b 1\r\n\r\nSorry.\r\n--=_b 1\r\nContent-Type: "
         "message/delivery-status\r\n\r\n"
         "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; zoe@kunde.example\r\nAction: " +
         what.action + "\r\nStatus: " + what.status +
         " (an explanation)\r\nDiagnostic-Code: " + what.diagnostic +
         "\r\n\r\n--=_b 1\r\nContent-Type: message/rfc822\r\n\r\n" + what.returned +
         "Subject: Hello\r\n\r\nText\r\n--=_b 1--\r\n";
}

std::optional<mailer::bounce> read(const told& what) {
  return mail::read_bounce(report(what), secret);
}

} // namespace

TEST_CASE("M1 a report of a failure names the mail, the reason and whether the mailbox is dead") {
  const auto seen = read({});
  REQUIRE(seen);
  CHECK(seen->mail == sent);
  CHECK(seen->detail == "5.1.1 smtp; 550 5.1.1 no such user");
  CHECK(seen->dead_mailbox);
}

TEST_CASE("M1 reports that are none of a failure of ours say nothing") {
  CHECK_FALSE(read({.action = "delayed", .status = "4.4.1"}));
  CHECK_FALSE(read({.action = "delivered", .status = "2.1.5"}));
  CHECK_FALSE(read({.to = "no-reply@host.example"}));
  CHECK_FALSE(read({.to = ""}));
  CHECK_FALSE(read({.content_type = "text/plain"}));
  CHECK_FALSE(read({.content_type = "multipart/report"}));
  CHECK_FALSE(mail::read_bounce("", secret));
  CHECK_FALSE(mail::read_bounce("\r\n\r\n", secret));
}

TEST_CASE("M1 only what says that the mailbox is not there makes an address dead") {
  const auto dead = [](std::string status, std::string diagnostic) {
    const auto seen = read({.status = std::move(status), .diagnostic = std::move(diagnostic)});
    REQUIRE(seen);
    return seen->dead_mailbox;
  };
  CHECK(dead("5.1.10", "smtp; 550"));
  CHECK(dead("5.2.1", "smtp; 550 disabled"));
  CHECK(dead("5.0.0", "smtp; 550 unknown user"));
  CHECK_FALSE(dead("5.0.0", "smtp; 550 5.7.1 we don't like you"));
  CHECK_FALSE(dead("5.2.2", "smtp; 552 mailbox full"));
  CHECK_FALSE(dead("5.7.1", "smtp; 554 spam"));
  CHECK_FALSE(dead("5.1.8", "smtp; 550 bad sender"));
  CHECK_FALSE(dead("5.4.4", "no route"));
}

TEST_CASE("M1 a Message-ID alone names no mail, since buyers see it") {
  CHECK(read({}));
  CHECK_FALSE(read({.to = "bounces@host.example"}));
  CHECK_FALSE(read({.to = "bounces+01890a5dac96774bbcceb302099a8057@host.example"}));
}

TEST_CASE("M1 the address that a report went to tells the mail, and nobody else can make it") {
  const auto address = mail::return_address("bounces@host.example", sent, secret);
  CHECK(address.starts_with("bounces+01890a5dac96774bbcceb302099a8057-"));
  CHECK(address.find('@') <= 64);
  const auto seen = read({.to = "<" + address + ">", .returned = ""});
  REQUIRE(seen);
  CHECK(seen->mail == sent);
  auto forged = address;
  auto& digit = forged[address.find('@') - 1];
  digit = digit == '0' ? '1' : '0';
  CHECK_FALSE(read({.to = forged}));
  CHECK_FALSE(read({.to = "bounces+x-y@host.example"}));
}

TEST_CASE("M1 reports are read in other spellings: line feeds, nested parts, encodings, long and odd words") {
  auto bare = report();
  std::erase(bare, '\r');
  CHECK(mail::read_bounce(bare, secret));
  const auto to = "To: " + told{}.to + "\n";
  const auto nested =
      to + "Content-Type: multipart/mixed; boundary=outer\n\n--outer\n" + report() + "\n--outer--\n";
  CHECK(mail::read_bounce(nested, secret));
  const auto encoded =
      to + "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n"
           "Content-Transfer-Encoding: base64\n\nQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\n--b\n"
           "Content-Type: text/rfc822-headers\n\nMessage-ID:\n "
           "<01890a5d-ac96-774b-bcce-b302099a8057@host.example>\n--b--\n";
  REQUIRE(mail::read_bounce(encoded, secret));
  CHECK(mail::read_bounce(encoded, secret)->detail == "5.1.1");
  const auto odd = read({.diagnostic = "smtp; 550 \xC3\xA9\x01" + std::string(1'000, 'x')});
  REQUIRE(odd);
  CHECK(odd->detail.size() == 300);
  CHECK(odd->detail.find("???xxx") != std::string::npos);
}
