#pragma once

#include "http/router.hpp"

namespace foyer::http {

/// The pages that links in mails open: /confirm, /reset, /email-change, /email-undo, /accept and /orders.
/// Each is a form whose button does what the link is for, by POST (A2): opening the link alone changes
/// nothing.
void add_link_pages(router& to);

} // namespace foyer::http
