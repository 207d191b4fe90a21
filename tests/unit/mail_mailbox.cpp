#include "mail/mailbox.hpp"
#include "mail/transport.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace foyer;
using namespace foyer::mail;

namespace {

namespace fs = std::filesystem;

struct folder {
  fs::path path;
  folder() {
    char name[] = "/tmp/foyer-mail-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path = name;
  }
  ~folder() { fs::remove_all(path); }
};

encoded_message mail_to(const std::string& id, const std::string& to, const std::string& subject,
                        const std::string& text) {
  message out;
  out.id = id;
  out.from = {"Foyer", "no-reply@foyer.example"};
  out.to = {"", to};
  out.subject = subject;
  out.text = text;
  out.html = "<p>" + text + "</p>";
  return *encode(out);
}

mailer::mailbox::filter wanted(std::string to, std::string text, std::size_t limit) {
  mailer::mailbox::filter out;
  out.to = std::move(to);
  out.text = std::move(text);
  out.limit = limit;
  return out;
}

// UUIDv7 of one millisecond after the other.
const std::string first = "01890a5d-ac96-774b-bcce-b302099a8001";
const std::string second = "01890a5d-ac97-774b-bcce-b302099a8002";
const std::string third = "01890a5d-ac98-774b-bcce-b302099a8003";

} // namespace

TEST_CASE("M3 without SMTP mails are whole files, and a repeat replaces its own") {
  const folder at;
  std::vector<std::string> written;
  const auto carry =
      create_file_transport(at.path / "mail", [&](const std::string& id) { written.push_back(id); });
  const auto mail = mail_to(first, "zoe@kunde.example", "Bonjour", "À bientôt");
  CHECK(carry->deliver(first, mail).verdict == mailer::verdict::sent);
  CHECK(carry->deliver(first, mail).verdict == mailer::verdict::sent);
  CHECK(written.size() == 2);
  int files = 0;
  for (const auto& each : fs::directory_iterator(at.path / "mail")) {
    ++files;
    std::ifstream file(each.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    CHECK(content == mail.bytes);
  }
  CHECK(files == 1);
}

TEST_CASE("M3 a folder that can't be written puts mails off") {
  const auto carry = create_file_transport("/proc/foyer/mail", {});
  CHECK(carry->deliver(first, mail_to(first, "a@b.example", "x", "y")).verdict ==
        mailer::verdict::transport_down);
}

TEST_CASE("M3 the mailbox lists the newest first, by address and by words") {
  const folder at;
  const auto box = create_mailbox(at.path);
  CHECK(box->list(wanted("", "", 50)).empty());
  int changes = 0;
  auto subscription = box->subscribe([&] { ++changes; });
  const auto carry = create_file_transport(at.path, [&](const std::string& id) { box->added(id); });
  carry->deliver(second,
                 mail_to(second, "Zoe@Kunde.example", "Deuxième", "https://a.example/confirm#token=x"));
  carry->deliver(third, mail_to(third, "max@kunde.example", "Troisième", "rien"));
  carry->deliver(first, mail_to(first, "zoe@kunde.example", "Première", "rien"));
  CHECK(changes == 3);

  auto ids = [](const std::vector<mailer::mail_summary>& of) {
    std::vector<std::string> out;
    for (const auto& each : of) out.push_back(each.id);
    return out;
  };
  CHECK(ids(box->list(wanted("", "", 50))) == std::vector{third, second, first});
  CHECK(ids(box->list(wanted("", "", 1))) == std::vector{third});
  CHECK(ids(box->list(wanted("zoe@kunde.EXAMPLE", "", 50))) == std::vector{second, first});
  CHECK(ids(box->list(wanted("", "confirm#token", 50))) == std::vector{second});
  CHECK(ids(box->list(wanted("", "première", 50))) == std::vector{first});
  auto newer = wanted("", "", 50);
  newer.after = first;
  CHECK(ids(box->list(newer)) == std::vector{third, second});
  // A mailbox made later finds the same.
  CHECK(ids(create_mailbox(at.path)->list(wanted("", "", 50))) == std::vector{third, second, first});

  const auto mail = box->read(second);
  REQUIRE(mail);
  CHECK(mail->subject == "Deuxième");
  CHECK(mail->links == std::vector<std::string>{"https://a.example/confirm#token=x"});
  CHECK(mail->html.find("<p>") == 0);
  CHECK_FALSE(box->read("../" + second));
  CHECK_FALSE(box->read("nothing"));

  subscription.reset();
  box->added(first);
  CHECK(changes == 3);
}
