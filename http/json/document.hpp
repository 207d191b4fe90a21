#pragma once

#include "http/json/reader.hpp"

#include <simdjson.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::http::json {

namespace dom = simdjson::dom;

/// One object of the body that a handler looked into. Which fields were asked for decides what is unknown.
struct object_state {
  struct entry {
    std::string_view name;
    dom::element value;
    bool asked = false;
  };
  /// Where the object is: "" for the body, "/lines/0".
  std::string pointer;
  std::vector<entry> entries;
};

/// Behind a reader and its objects. Only the reader's .cpp files include simdjson.
struct document {
  explicit document(std::string_view body);
  ~document();
  document(const document&) = delete;
  document& operator=(const document&) = delete;

  /// Enters an object; notes keys that stand in it twice.
  object open(std::string pointer, dom::object);
  /// What the value of a field is, once asked for; nullptr when it was not sent.
  const dom::element* ask(std::size_t object_index, std::string_view name);
  void note(std::size_t object_index, std::string_view name, std::string_view code);
  void note(std::string pointer, std::string_view code);
  void note_unknown_fields();
  std::string pointer_to(std::size_t object_index, std::string_view name) const;

  std::unique_ptr<dom::parser> parser;
  /// Set: the body could not be read at all, and this is the answer.
  std::optional<problem> failure;
  std::deque<object_state> objects;
  std::vector<field_error> errors;
};

} // namespace foyer::http::json
