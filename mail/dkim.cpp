#include "mail/dkim.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstdio>
#include <span>
#include <vector>

namespace foyer::mail {
namespace {

struct key_deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct context_deleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using key_pointer = std::unique_ptr<EVP_PKEY, key_deleter>;
using bytes = std::vector<unsigned char>;

constexpr int rsa_bits_min = 1024; // RFC 8301, section 3.2

/// From, To and Subject stand twice, so that nobody can add a second one (RFC 6376, section 8.15). The last
/// two have to be signed where they are (RFC 8058, section 4).
constexpr std::array<std::string_view, 13> signed_names{"From",
                                                        "From",
                                                        "To",
                                                        "To",
                                                        "Subject",
                                                        "Subject",
                                                        "Date",
                                                        "Reply-To",
                                                        "Message-ID",
                                                        "MIME-Version",
                                                        "Content-Type",
                                                        "List-Unsubscribe",
                                                        "List-Unsubscribe-Post"};

bool blank(char c) {
  return c == ' ' || c == '\t';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

/// One line end or run of blanks is one space, none at the ends (sections 3.4.2 and 3.4.4).
std::string relaxed_text(std::string_view text) {
  std::string out;
  bool space = false;
  for (char c : text) {
    if (blank(c) || c == '\r' || c == '\n') {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    out += c;
  }
  return out;
}

std::string relaxed_body(std::string_view body) {
  std::string out;
  std::string empty_lines;
  while (!body.empty()) {
    const auto end = body.find("\r\n");
    const auto line = body.substr(0, end);
    // A blank at the beginning of a line counts, unlike in a header.
    auto relaxed = relaxed_text(line);
    if (!relaxed.empty() && blank(line.front())) relaxed.insert(0, " ");
    if (relaxed.empty()) {
      empty_lines += "\r\n";
    } else {
      out += empty_lines + relaxed + "\r\n";
      empty_lines.clear();
    }
    body = end == std::string_view::npos ? std::string_view{} : body.substr(end + 2);
  }
  return out;
}

struct header_field {
  std::string_view name;
  std::string_view value;
};

std::vector<header_field> fields_of(std::string_view head) {
  std::vector<header_field> out;
  while (!head.empty()) {
    auto end = head.find("\r\n");
    while (end != std::string_view::npos && end + 2 < head.size() && blank(head[end + 2]))
      end = head.find("\r\n", end + 2);
    const auto field = head.substr(0, end);
    if (const auto colon = field.find(':'); colon != std::string_view::npos)
      out.push_back({field.substr(0, colon), field.substr(colon + 1)});
    head = end == std::string_view::npos ? std::string_view{} : head.substr(end + 2);
  }
  return out;
}

std::string base64(std::span<const unsigned char> from) {
  std::string out(4 * ((from.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), from.data(),
                                     static_cast<int>(from.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string folded(std::string_view text) {
  constexpr std::size_t line_max = 72;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += line_max)
    out += "\r\n " + std::string(text.substr(at, line_max));
  return out;
}

bytes sha256_of(std::string_view text) {
  bytes out(EVP_MAX_MD_SIZE);
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), out.data(), &length, EVP_sha256(), nullptr);
  out.resize(length);
  return out;
}

class openssl_signer final : public dkim_signer {
public:
  openssl_signer(std::string domain, std::string selector, key_pointer key)
      : domain_(std::move(domain)), selector_(std::move(selector)), key_(std::move(key)),
        ed25519_(EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_ED25519) {}

  std::string sign(std::string_view message) const override {
    const auto split = message.find("\r\n\r\n");
    if (split == std::string_view::npos) return {};
    auto fields = fields_of(message.substr(0, split));
    std::string names;
    std::string hashed;
    for (auto name : signed_names) {
      names += (names.empty() ? "" : ":") + lower(name);
      // From the bottom up, each once; what is signed but not there counts as empty (section 5.4.2).
      for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
        if (lower(field->name) != lower(name)) continue;
        hashed += lower(name) + ":" + relaxed_text(field->value) + "\r\n";
        fields.erase(std::next(field).base());
        break;
      }
    }
    const auto body_hash = base64(sha256_of(relaxed_body(message.substr(split + 4))));
    const std::string value = std::string(" v=1; a=") + (ed25519_ ? "ed25519-sha256" : "rsa-sha256") +
                              "; c=relaxed/relaxed; d=" + domain_ + ";\r\n s=" + selector_ +
                              ";\r\n h=" + names + ";\r\n bh=" + body_hash + ";\r\n b=";
    hashed += "dkim-signature:" + relaxed_text(value);
    const auto signature = signature_of(hashed);
    if (signature.empty()) return {};
    return "DKIM-Signature:" + value + folded(base64(signature)) + "\r\n";
  }

private:
  bytes signature_of(const std::string& text) const {
    const std::unique_ptr<EVP_MD_CTX, context_deleter> context(EVP_MD_CTX_new());
    // Ed25519 signs the hash itself (RFC 8463, section 3).
    const auto digest = sha256_of(text);
    const auto* data = ed25519_ ? digest.data() : reinterpret_cast<const unsigned char*>(text.data());
    const auto size = ed25519_ ? digest.size() : text.size();
    std::size_t length = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, ed25519_ ? nullptr : EVP_sha256(), nullptr, key_.get()) !=
            1 ||
        EVP_DigestSign(context.get(), nullptr, &length, data, size) != 1)
      return {};
    bytes out(length);
    if (EVP_DigestSign(context.get(), out.data(), &length, data, size) != 1) return {};
    out.resize(length);
    return out;
  }

  std::string domain_;
  std::string selector_;
  key_pointer key_;
  bool ed25519_;
};

} // namespace

outcome<std::shared_ptr<const dkim_signer>>
create_dkim_signer(const std::string& domain, const std::string& selector, const std::string& key_file) {
  if (domain.empty() || selector.empty())
    return refusal(errc::invalid, "mail.dkim_key needs mail.dkim_domain and mail.dkim_selector");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(key_file.c_str(), "r"), &std::fclose);
  if (!file) return refusal(errc::invalid, "mail.dkim_key: cannot read " + key_file);
  // The callback stands for "no passphrase", so that OpenSSL never asks the terminal.
  key_pointer key(PEM_read_PrivateKey(
      file.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  if (!key) return refusal(errc::invalid, "mail.dkim_key: no private key without passphrase in " + key_file);
  const int kind = EVP_PKEY_get_base_id(key.get());
  const bool usable =
      kind == EVP_PKEY_ED25519 || (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key.get()) >= rsa_bits_min);
  if (!usable)
    return refusal(errc::invalid, "mail.dkim_key: neither RSA of 1024 bits or more nor Ed25519: " + key_file);
  return std::shared_ptr<const dkim_signer>(
      std::make_shared<openssl_signer>(domain, selector, std::move(key)));
}

} // namespace foyer::mail
