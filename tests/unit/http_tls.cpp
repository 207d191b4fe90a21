#include "tests/support/http_server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>

using namespace foyer::http;
using foyer::test::raw_client;
using foyer::test::running_server;
using std::chrono_literals::operator""ms;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// A folder with a self-signed certificate and its key; gone with the object.
class certificate_files {
public:
  certificate_files() {
    std::string pattern = (fs::temp_directory_path() / "foyer-tls-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = pattern;
    write(1);
  }
  ~certificate_files() { fs::remove_all(folder_); }
  certificate_files(const certificate_files&) = delete;
  certificate_files& operator=(const certificate_files&) = delete;

  std::string certificate() const { return (folder_ / "certificate.pem").string(); }
  std::string key() const { return (folder_ / "key.pem").string(); }

  void write(long serial) const {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), pair.get());
    auto* const name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    X509_sign(made.get(), pair.get(), EVP_sha256());
    const auto into = [](const std::string& path, auto write_pem) {
      const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "w"),
                                                                    std::fclose);
      write_pem(file.get());
    };
    into(certificate(), [&](std::FILE* file) { PEM_write_X509(file, made.get()); });
    into(key(),
         [&](std::FILE* f) { PEM_write_PrivateKey(f, pair.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

private:
  fs::path folder_;
};

struct tls_answer {
  std::string bytes;
  long serial = 0;
  std::string version;
  std::string protocol; // by ALPN
};

/// One request with Connection: close; throws what the handshake throws.
tls_answer get(std::uint16_t port, int version_max = TLS1_3_VERSION) {
  asio::io_context io;
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_security_level(context.native_handle(), 0); // the client would offer TLS 1.1
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.native_handle(), version_max);
  const unsigned char offered[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context.native_handle(), offered, sizeof offered);
  asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
  stream.handshake(asio::ssl::stream_base::client);
  tls_answer out;
  const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(stream.native_handle()),
                                                         X509_free);
  out.serial = ASN1_INTEGER_get(X509_get_serialNumber(peer.get()));
  out.version = SSL_get_version(stream.native_handle());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(stream.native_handle(), &chosen, &size);
  out.protocol.assign(reinterpret_cast<const char*>(chosen), size);
  const std::string request = "POST /size HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                              "Content-Length: 50000\r\n\r\n" +
                              std::string(50'000, 'x');
  asio::write(stream, asio::buffer(request));
  boost::system::error_code error;
  asio::read(stream, asio::dynamic_buffer(out.bytes), error);
  if (error != asio::error::eof) throw std::runtime_error("not closed properly: " + error.message());
  stream.shutdown(error);
  return out;
}

router sample() {
  router routes;
  route_info info;
  info.operation = "size";
  routes.add(
      verb::post, "/size",
      [](request& of) -> asio::awaitable<response> {
        co_return text_response(200, (of.secure ? "secure " : "plain ") + std::to_string(of.body.size()));
      },
      info);
  return routes;
}

server_options with(const certificate_files& files) {
  server_options options;
  options.tls_certificate = files.certificate();
  options.tls_key = files.key();
  return options;
}

} // namespace

TEST_CASE("the server speaks TLS 1.2 and 1.3, and nothing older") {
  const certificate_files files;
  running_server server(sample(), with(files));
  const auto newest = get(server->port());
  CHECK(newest.version == "TLSv1.3");
  CHECK(newest.protocol == "http/1.1");
  CHECK(newest.bytes.ends_with("\r\n\r\nsecure 50000"));
  CHECK(newest.bytes.find("Strict-Transport-Security: max-age=31536000\r\n") != std::string::npos);
  CHECK(get(server->port(), TLS1_2_VERSION).version == "TLSv1.2");
  CHECK_THROWS(get(server->port(), TLS1_1_VERSION));
}

TEST_CASE("a new certificate is read on demand, and a bad one changes nothing") {
  const certificate_files files;
  running_server server(sample(), with(files));
  CHECK(get(server->port()).serial == 1);
  files.write(2);
  CHECK(get(server->port()).serial == 1);
  CHECK(server->reload_tls().empty());
  CHECK(get(server->port()).serial == 2);
  const certificate_files other;
  fs::copy_file(other.key(), files.key(), fs::copy_options::overwrite_existing);
  CHECK(server->reload_tls().find("server.tls_key") == 0);
  CHECK(get(server->port()).serial == 2);
  fs::remove(files.certificate());
  CHECK(server->reload_tls().find("server.tls_certificate") == 0);
  CHECK(get(server->port()).serial == 2);
}

TEST_CASE("a client that does not finish its handshake is cut off") {
  const certificate_files files;
  auto options = with(files);
  options.tls_deadline = 1000ms; // in which a busy machine finishes its own
  running_server server(sample(), options);
  raw_client silent(server->port());
  CHECK(silent.at_end());
  raw_client plain(server->port());
  plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (!plain.at_end()) {
    if (plain.read().status == 0) break; // at most a TLS alert
  }
  CHECK(get(server->port()).serial == 1);
}

TEST_CASE("a server without a usable certificate does not start") {
  const certificate_files files;
  auto no_key = with(files);
  no_key.tls_key.clear();
  CHECK_THROWS_WITH(running_server(sample(), no_key), Catch::Contains("go together"));
  auto missing = with(files);
  missing.tls_certificate += ".none";
  CHECK_THROWS_WITH(running_server(sample(), missing), Catch::Contains(".none"));
  server_options occupied;
  running_server first(sample());
  occupied.listen = "127.0.0.1:" + std::to_string(first->port());
  CHECK_THROWS_WITH(running_server(sample(), occupied), Catch::Contains("cannot listen on"));
}
