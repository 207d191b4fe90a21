#pragma once

#include "http/router.hpp"

#include <string>
#include <vector>

namespace foyer::http {

/// What the page at / says.
struct front_page {
  struct login {
    std::string email;
    std::string role; // a word of API.md, or "buyer"
  };

  std::string version;
  std::string public_url; // without a slash at its end
  /// Of the demonstration; without logins the page has the version and links only.
  std::string organisation; // its slug
  std::vector<login> logins;
  std::string password;
  bool mailbox = false; // /dev/mail is there
};

/// GET / in French or English (?lang=fr|en, else Accept-Language) and GET /style.css. No script.
void add_front_page(router& to, front_page what);

} // namespace foyer::http
