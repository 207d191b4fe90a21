#include "http/operations/dev_mail.hpp"
#include "mail/mailbox.hpp"
#include "mail/transport.hpp"
#include "tests/support/http_server.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <thread>

using namespace foyer;
using namespace std::chrono_literals;

namespace {

struct demonstration {
  std::filesystem::path folder;
  std::shared_ptr<mailer::mailbox> box;
  std::unique_ptr<test::running_server> server;

  demonstration() {
    char name[] = "/tmp/foyer-mail-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    folder = name;
    box = mail::create_mailbox(folder);
    http::router routes;
    http::operations::add_dev_mail_routes(routes, box, 10s);
    server = std::make_unique<test::running_server>(std::move(routes));
  }
  ~demonstration() {
    server.reset();
    std::filesystem::remove_all(folder);
  }

  void deliver(const std::string& id, const std::string& to, const std::string& subject) {
    mail::message out;
    out.id = id;
    out.from = {"Théâtre", "no-reply@foyer.example"};
    out.to = {"", to};
    out.subject = subject;
    out.text = "Voir http://127.0.0.1:8080/confirm#token=abc.";
    out.html =
        "<html><head></head><body><a href=\"http://127.0.0.1:8080/confirm#token=abc\">Oui</a></body></html>";
    mail::create_file_transport(folder, [this](const std::string& of) {
      box->added(of);
    })->deliver(id, *mail::encode(out));
  }

  test::raw_client::answer get(const std::string& target, const std::string& accept = "application/json") {
    test::raw_client client((*server)->port());
    client.send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: " + accept + "\r\n\r\n");
    return client.read();
  }
};

const std::string first = "01890a5d-ac96-774b-bcce-b302099a8001";
const std::string second = "01890a5d-ac97-774b-bcce-b302099a8002";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("M3 the demonstration's mailbox answers as JSON and as pages") {
  demonstration demo;
  CHECK(demo.get("/dev/mail").body == R"({"items":[]})");
  demo.deliver(first, "zoe@kunde.example", "Confirmez <b>tout</b>");
  demo.deliver(second, "max@kunde.example", "Autre");

  const auto mine = demo.get("/dev/mail?to=zoe%40kunde.example");
  CHECK(mine.status == 200);
  CHECK(has(mine.body, R"("to":"zoe@kunde.example","subject":"Confirmez <b>tout</b>")"));
  CHECK(has(mine.body, R"("links":["http://127.0.0.1:8080/confirm#token=abc"])"));
  CHECK_FALSE(has(mine.body, "Autre"));
  CHECK(has(demo.get("/dev/mail?q=autre").body, second));
  CHECK_FALSE(has(demo.get("/dev/mail?after=" + first).body, first));

  const auto page = demo.get("/dev/mail", "text/html");
  CHECK(has(page.body, "Confirmez &lt;b&gt;tout&lt;/b&gt;"));
  CHECK(page.body.find(second) < page.body.find(first));
  const auto one = demo.get("/dev/mail/" + first, "text/html");
  CHECK(has(one.body, "<a href=\"http://127.0.0.1:8080/confirm#token=abc\">"));
  CHECK(has(one.body, "sandbox="));
  const auto frame = demo.get("/dev/mail/" + first + "/html", "text/html");
  CHECK(has(frame.field("Content-Security-Policy"), "sandbox"));
  CHECK(has(frame.body, "<base target=\"_top\">"));
  CHECK(demo.get("/dev/mail/" + second.substr(0, 30) + "999999").status == 404);
}

TEST_CASE("M3 whoever waits for a mail gets it as soon as it is there") {
  demonstration demo;
  demo.deliver(first, "max@kunde.example", "Autre");
  test::raw_client client((*demo.server)->port());
  client.send("GET /dev/mail?to=zoe@kunde.example&wait=9s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
              "Accept: application/json\r\n\r\n");
  CHECK(client.silent_for(50ms));
  const auto begun = std::chrono::steady_clock::now();
  demo.deliver(second, "zoe@kunde.example", "Pour Zoé");
  CHECK(has(client.read().body, "Pour Zoé"));
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
  // Nothing comes: an empty answer after the time.
  CHECK(demo.get("/dev/mail?to=nobody@kunde.example&wait=30ms").body == R"({"items":[]})");
}
