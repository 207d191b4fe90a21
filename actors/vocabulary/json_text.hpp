#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace foyer {

/// A flat JSON object of texts, as the params of mails are: json_object{}.add("first_name", name).text().
/// Texts must be UTF-8. Answers over HTTP have a writer of their own.
class json_object {
public:
  json_object& add(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? '{' : ',';
    quote(key);
    text_ += ':';
    quote(value);
    return *this;
  }
  [[nodiscard]] std::string text() const { return text_.empty() ? "{}" : text_ + '}'; }

private:
  void quote(std::string_view value) {
    text_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        text_ += '\\';
        text_ += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
        text_ += escaped;
      } else {
        text_ += c;
      }
    }
    text_ += '"';
  }

  std::string text_;
};

} // namespace foyer
