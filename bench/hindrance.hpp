#pragma once

#include <string>
#include <string_view>

namespace foyer::bench {

struct load_result;

// What stands in the way of a load test when a server answers so, and which of its settings to change, as one
// sentence for the person who runs it. Empty: nothing that a setting would change. `body`: the start of a
// problem document (RFC 9457), by whose `code` more can be said.
std::string hindrance_of(int status, std::string_view body);

// The same of connections that were lost, all `connections` of a stream coming from one address.
std::string hindrance_of_lost(const load_result& of, std::size_t connections);

// The `code` in the start of a problem document; empty: none.
std::string_view code_in(std::string_view body);

} // namespace foyer::bench
