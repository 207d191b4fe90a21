#pragma once

#include "http/json/writer.hpp"
#include "http/openapi/document.hpp"

#include <simdjson.h>

#include <functional>
#include <string>
#include <string_view>

namespace foyer::http::openapi {

namespace dom = simdjson::dom;

/// Called with what is wrong.
using complain = std::function<void(std::string)>;

/// "get" of GET, as path items name methods.
std::string_view method_name(verb) noexcept;
bool changes_something(verb) noexcept;

/// The operation object of a route whose entry this is.
void append_operation(json::writer&, const route&, dom::object entry, const surroundings&, const complain&);

/// The responses object: those of the entry, and the problems by status.
void append_responses(json::writer&, const route&, dom::object entry, const complain&);

/// The entry's flag; false when it is not there.
bool flag(dom::object entry, std::string_view name);
/// The entry's text; "" when it is not there.
std::string_view text(dom::object entry, std::string_view name);

} // namespace foyer::http::openapi
