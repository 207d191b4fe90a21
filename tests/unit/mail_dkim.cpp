#include "mail/dkim.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

using namespace foyer::mail;

namespace {

/// A fresh private key in a file of its own.
struct key_file {
  std::string path = "/tmp/foyer-dkim-XXXXXX";
  explicit key_file(const char* kind, std::size_t bits = 0) {
    const int descriptor = ::mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    EVP_PKEY* key = bits > 0 ? EVP_PKEY_Q_keygen(nullptr, nullptr, kind, bits)
                             : EVP_PKEY_Q_keygen(nullptr, nullptr, kind);
    REQUIRE(key != nullptr);
    std::FILE* file = ::fdopen(descriptor, "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    EVP_PKEY_free(key);
  }
  ~key_file() { std::filesystem::remove(path); }
};

constexpr const char* sample = "From: a@foyer.example\r\nSubject: x\r\n\r\nHello\r\n";

} // namespace

// That others accept the signatures is shown in tests/api by python3-dkim.
TEST_CASE("M2 a DKIM signature is the same for a repeat and covers headers and body") {
  for (const auto& key : {std::pair{"RSA", 2048}, std::pair{"ED25519", 0}}) {
    const key_file file(key.first, static_cast<std::size_t>(key.second));
    const auto signer = create_dkim_signer("foyer.example", "s1", file.path);
    REQUIRE(signer.ok());
    const auto once = (*signer)->sign(sample);
    INFO(once);
    CHECK(once.starts_with("DKIM-Signature: v=1; a="));
    CHECK(once.ends_with("\r\n"));
    CHECK(once.find("d=foyer.example;") != std::string::npos);
    // SHA-256 of "Hello" and a line end.
    CHECK(once.find("bh=Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg=;") != std::string::npos);
    CHECK((*signer)->sign(sample) == once);
    CHECK((*signer)->sign("From: a@foyer.example\r\nSubject: y\r\n\r\nHello\r\n") != once);
  }
}

TEST_CASE("M2 a DKIM key that can't be used is refused with its reason") {
  CHECK_FALSE(create_dkim_signer("foyer.example", "s1", "/nowhere/key.pem").ok());
  CHECK_FALSE(create_dkim_signer("", "s1", "/nowhere/key.pem").ok());
  const key_file weak("RSA", 512);
  CHECK(create_dkim_signer("foyer.example", "s1", weak.path).error().detail.find("1024") !=
        std::string::npos);
}
