#include "mail/message/encoding.hpp"
#include "mail/message/header.hpp"
#include "mail/message/message.hpp"
#include "mail/message/parse.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace foyer::mail;

namespace {

message sample() {
  message out;
  out.id = "01890a5d-ac96-774b-bcce-b302099a8057";
  out.from = {"Théâtre de la Cité", "no-reply@foyer.example"};
  out.to = {"Zoë Müller", "zoe@kunde.example"};
  out.reply_to = "contact@theatre.example";
  out.date = std::chrono::sys_seconds(std::chrono::seconds(1751366257));
  out.language = "fr";
  out.subject = "Votre commande ORD-7 : à bientôt";
  out.text = "Bonjour,\n\nÀ bientôt.\n";
  out.html = "<p>À bientôt.</p>";
  return out;
}

std::string header_of(std::string_view name, std::string_view value) {
  std::string out;
  append_text_header(out, name, value);
  return out;
}

/// Every line at most 78 characters, CRLF everywhere, continuation lines begin with a space.
void require_folded(const std::string& header) {
  REQUIRE(header.ends_with("\r\n"));
  std::string_view rest = header;
  bool first = true;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    REQUIRE(end != std::string_view::npos);
    const auto line = rest.substr(0, end);
    CHECK(line.size() <= 78);
    CHECK(line.find_first_of("\r\n") == std::string_view::npos);
    if (!first) CHECK(line.starts_with(' '));
    first = false;
    rest.remove_prefix(end + 2);
  }
}

} // namespace

TEST_CASE("M1 a repeat of a mail is byte for byte the same, its Message-ID is the outbox id") {
  const auto once = encode(sample());
  const auto again = encode(sample());
  REQUIRE(once);
  REQUIRE(again);
  CHECK(once->bytes == again->bytes);
  CHECK(once->bytes.find("\r\nMessage-ID: <01890a5d-ac96-774b-bcce-b302099a8057@foyer.example>\r\n") !=
        std::string::npos);
  CHECK(once->bytes.starts_with("Date: Tue, 01 Jul 2025 10:37:37 +0000\r\n"));
}

TEST_CASE("M2 a mail has text and HTML in UTF-8 and says that it was made by a program") {
  const auto mail = encode(sample());
  REQUIRE(mail);
  CHECK(mail->envelope_from == "no-reply@foyer.example");
  CHECK(mail->envelope_to == "zoe@kunde.example");
  CHECK(mail->bytes.find("\r\nAuto-Submitted: auto-generated\r\n") != std::string::npos);
  CHECK(mail->bytes.find("\r\nReply-To: <contact@theatre.example>\r\n") != std::string::npos);
  for (char c : mail->bytes) REQUIRE(static_cast<unsigned char>(c) < 0x80);

  const auto back = parse(mail->bytes);
  REQUIRE(back);
  CHECK(back->subject == "Votre commande ORD-7 : à bientôt");
  CHECK(back->to == "zoe@kunde.example");
  CHECK(back->from.find("Théâtre de la Cité") != std::string::npos);
  CHECK(back->text == "Bonjour,\n\nÀ bientôt.\n");
  CHECK(back->html == "<p>À bientôt.</p>\n");
}

TEST_CASE("mail headers: nothing that is written into a mail begins a header of its own") {
  const std::string attack = "Hello\r\nBcc: everybody@example.com\r\n\r\nbody";
  auto with = [&](auto change) {
    auto mail = sample();
    change(mail);
    return encode(mail);
  };
  for (const auto& mail :
       {with([&](message& m) { m.subject = attack; }), with([&](message& m) { m.to.name = attack; }),
        with([&](message& m) { m.from.name = "x\nBcc: a@b.example"; }),
        with([&](message& m) { m.reply_to = "a@b.example\r\nBcc: c@d.example"; }),
        with([&](message& m) { m.language = "fr\r\nBcc: c@d.example"; })}) {
    REQUIRE(mail);
    const auto head = mail->bytes.substr(0, mail->bytes.find("\r\n\r\n"));
    CHECK(head.find("\nBcc:") == std::string::npos);
    CHECK(head.find("\n\n") == std::string::npos);
  }
  for (const auto* address :
       {"a@b.example\r\nRCPT TO:<c@d.example>", "a b@c.example", "a@b.example>", "<a@b.example", "a@", "@b",
        "a", "", "a@b..example", ".a@b.example", "a@[127.0.0.1]", "a@b,c@d"}) {
    INFO(address);
    CHECK_FALSE(with([&](message& m) { m.to.address = address; }));
  }
}

TEST_CASE("mail headers: long and foreign texts are folded and come back whole") {
  std::mt19937 random(7);
  const std::vector<std::string> pieces{
      "théâtre", "Ligue des champions", "=?",  "?=", "日本語", "🎭🎟️", "a", "\"",
      "_=_",     "x@y.example",         "été", "–",  "Œuvre"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const auto words = 1 + random() % 30;
    for (std::size_t i = 0; i < words; ++i) text += (i ? " " : "") + pieces[random() % pieces.size()];
    INFO(text);
    const auto header = header_of("Subject", text);
    require_folded(header);
    CHECK(decode_header(header.substr(9, header.size() - 11)) == text);
  }
  CHECK(header_of("Subject", "plain words") == "Subject: plain words\r\n");
  CHECK(decode_header(header_of("X", std::string(2000, 'a')).substr(3)).size() == 2000);
  CHECK(header_of("X", "bad \xC3( utf8 \xFF").find("=EF=BF=BD") != std::string::npos);
}

TEST_CASE("mail headers: display names are quoted or encoded") {
  std::string out;
  append_mailbox_header(out, "From", {"O'Neil \"The Ear\", Ltd.", "a@b.example"});
  CHECK(out == "From: \"O'Neil \\\"The Ear\\\", Ltd.\" <a@b.example>\r\n");
  const auto read = parse_mailbox(out.substr(6, out.size() - 8));
  REQUIRE(read);
  CHECK(read->name == "O'Neil \"The Ear\", Ltd.");
}

TEST_CASE("A9 domains of other scripts go out as A-labels") {
  CHECK(wire_address("zoë@bücher.example") == "zoë@xn--bcher-kva.example");
  CHECK(wire_address("Jean.Dupont+foyer@EXAMPLE.com") == "Jean.Dupont+foyer@example.com");
  CHECK_FALSE(wire_address("a@exa mple.com"));
  CHECK_FALSE(wire_address(std::string(65, 'a') + "@example.com"));
}

TEST_CASE("mail bodies: quoted-printable keeps every text within 76 columns") {
  std::mt19937 random(11);
  const std::vector<std::string> pieces{"é",  "=",          ".", "From ", " ",       "\t",
                                        "\n", "abcdefghij", "€", "\n.\n", "\nFrom x"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const auto count = random() % 120;
    for (std::size_t i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
    if (!text.empty() && text.back() != '\n') text += '\n';
    const auto encoded = quoted_printable(text);
    std::string_view rest = encoded;
    while (!rest.empty()) {
      const auto end = rest.find("\r\n");
      REQUIRE(end != std::string_view::npos);
      const auto line = rest.substr(0, end);
      REQUIRE(line.size() <= 76);
      REQUIRE_FALSE(line.ends_with(' '));
      REQUIRE_FALSE(line.ends_with('\t'));
      REQUIRE_FALSE(line.starts_with('.'));
      REQUIRE_FALSE(line.starts_with("From "));
      rest.remove_prefix(end + 2);
    }
    auto decoded = decode_quoted_printable(encoded);
    std::erase(decoded, '\r');
    REQUIRE(decoded == text);
  }
}

TEST_CASE("mail links are found without the sentence around them") {
  const auto links =
      links_in("Voir https://a.example/confirm#token=x_y-1. Ou http://b.example/?q=1, <https://a.example/>.\n"
               "https://a.example/confirm#token=x_y-1 httpfoo");
  CHECK(links == std::vector<std::string>{"https://a.example/confirm#token=x_y-1", "http://b.example/?q=1",
                                          "https://a.example/"});
}
