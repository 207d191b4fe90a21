#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::bench {

// Who sends a request: what its markers stand for.
struct caller {
  std::string token;         // of a session
  std::string name;          // what the account logs in with, as JSON has it; empty where no shape has <name>
  std::string key;           // the household's unique key; empty where no shape has <key>
  std::string password = {}; // as name, of <password>
};

// One HTTP request in pieces that are put together for every use: so sending one costs a few copies instead
// of building it.
class request_shape {
public:
  static constexpr std::size_t key_size = 32;

  // target: path and query, already encoded. body: empty for requests without one. An idempotency key is
  // sent when `idempotent`. In the body `<name>`, `<password>` and `<key>` stand for those of the caller,
  // `<unique>` for key_size characters that no other request has.
  static request_shape make(std::string_view verb, std::string_view target, std::string_view host,
                            std::string_view body, bool idempotent);
  // The same without a session.
  static request_shape make_anonymous(std::string_view verb, std::string_view target, std::string_view host,
                                      std::string_view body);

  // Under what its answers are counted when a run has several kinds.
  request_shape&& of_kind(std::string_view kind) &&;
  const std::string& kind() const noexcept { return kind_; }

  // Writes the request to `out` for this caller, with a key made of two numbers, which together must be
  // unique.
  void write_to(std::string& out, const caller& who, std::uint64_t key_high, std::uint64_t key_low) const;

private:
  enum class marker { none, token, name, password, key, unique };
  // Text, and what follows it.
  struct piece {
    std::string text;
    marker then = marker::none;
  };

  static request_shape build(std::string_view verb, std::string_view target, std::string_view host,
                             std::string_view body, bool idempotent, bool with_token);
  static std::vector<piece> pieces_of(std::string_view body);

  std::string kind_;
  std::vector<piece> head_; // up to the blank line, but for the length of a body that varies
  std::vector<piece> body_;
  bool body_varies_ = false;
};

} // namespace foyer::bench
