#pragma once

#include "http/paper_services.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

/// An order's invoice, or one of its credit notes.
struct found_paper {
  order::state of;
  std::optional<order::credit_note> note; // none: the invoice
};

/// By the id of the path, which is the order's for an invoice; not_found, also for an order without invoice
/// and for what belongs to another organisation.
boost::asio::awaitable<outcome<found_paper>>
find_paper(paper_services& with, const organisation::snapshot& at, std::string_view id);

boost::asio::awaitable<response> paper_pdf(paper_services& with, const organisation::snapshot& at,
                                           const found_paper& what, std::string client_address,
                                           std::string locale);
boost::asio::awaitable<response> receipt_pdf(paper_services& with, const organisation::snapshot& at,
                                             const order::state& of, std::string client_address,
                                             std::string locale);

} // namespace foyer::http
