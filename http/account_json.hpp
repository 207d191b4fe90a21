#pragma once

#include "actors/account/account.hpp"
#include "http/account_services.hpp"
#include "http/json/writer.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace foyer::http {

/// The account as its owner sees it (API, account).
void append_account(json::writer& out, const account::state& of);
std::string account_json(const account::state& of);

/// The session as its owner sees it (API, session), with its account and the organisations of its roles.
/// `token` is the text that the request showed, or was given; `told` puts it into the answer.
boost::asio::awaitable<outcome<std::string>> session_json(account_services& with, session::session_ptr of,
                                                          std::string token, bool told);
/// 201 for a session whose row is durable: the session, with its token in the body (mode `token`) or as a
/// cookie.
boost::asio::awaitable<response> opened_response(account_services& with, session::fresh opened,
                                                 bool token_mode);
/// GET /session of nobody: everything null, no roles.
std::string no_session_json();

} // namespace foyer::http
