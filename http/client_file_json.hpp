#pragma once

#include "actors/commit/client_files.hpp"
#include "http/json/writer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace foyer::http {

// The records of a client's file as they are shown (H8). Each appends one value.

void append_skill(json::writer& out, const skill_row& of, time_point now);
void append_card(json::writer& out, const card_row& of, time_point now);
/// `for_staff`: who uploaded it, and whether the household sees it.
void append_document(json::writer& out, const document_row& of, bool for_staff);

template <class Row, class Append>
std::string record_json(const Row& of, Append append) {
  std::string body;
  json::writer out(body);
  append(out, of);
  return body;
}

} // namespace foyer::http
