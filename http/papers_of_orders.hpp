#pragma once

#include "http/paper_services.hpp"
#include "http/response.hpp"
#include "papers/tickets.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

/// A PDF made on the pool's threads, shown by the browser and saved under this name (letters, digits and
/// hyphens, with its ending).
boost::asio::awaitable<response> pdf_response(paper_services& with, papers::job what, std::string file_name);

/// The order's tickets as a PDF, or one of them, in this language. A cancelled ticket has no code to show:
/// not_found, as where there is none.
boost::asio::awaitable<response> tickets_pdf(paper_services& with, const organisation::snapshot& at,
                                             const order::state& of, std::optional<ticket_id> only,
                                             std::string locale);

} // namespace foyer::http
