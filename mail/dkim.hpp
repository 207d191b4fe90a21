#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace foyer::mail {

/// Signs messages so that receivers can tell that their domain vouches for them (RFC 6376; relaxed
/// canonicalisation of header and body). The signature has no time in it: a repeat of a mail stays byte for
/// byte the same. Any thread.
class dkim_signer {
public:
  virtual ~dkim_signer() = default;
  /// The whole header "DKIM-Signature: …" with its CRLF, to stand before the message. Empty when OpenSSL
  /// refuses.
  [[nodiscard]] virtual std::string sign(std::string_view message) const = 0;
};

/// key_file: a private key as PEM, RSA of at least 1024 bits (rsa-sha256) or Ed25519 (RFC 8463). The
/// refusal's detail is a sentence for the operator.
outcome<std::shared_ptr<const dkim_signer>>
create_dkim_signer(const std::string& domain, const std::string& selector, const std::string& key_file);

} // namespace foyer::mail
