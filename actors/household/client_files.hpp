#pragma once

#include "actors/commit/client_files.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace foyer::household {

/// A place at an offer that somebody has or had (H13).
struct participant {
  order_id order;
  std::string order_number;
  int position = 0; // of the ticket in its order
  ticket_id ticket;
  std::optional<household_id> household;
  std::string household_number;
  std::optional<member_id> member; // none: the place has no name
  std::string first_name;          // of the member, else of the buyer
  std::string last_name;
  std::optional<date> birth_date;
  std::string email; // the household's, else the buyer's
  std::string phone;
  int status = 1;        // order::ticket_status
  int order_status = 2;  // order::status
  std::string enrolment; // hand_enrolment_row::kind; empty: bought
  std::string reason;
  std::string title; // of the rate's line
  time_point at;
};

/// One ticket's presence on one day.
struct presence {
  order_id order;
  int position = 0;
  date day{};
  bool present = false;
  time_point at;
};

/// Who takes part in an offer, with who was there.
struct participation {
  std::vector<participant> people; // by name
  std::vector<presence> presences;
  bool more = false; // cut off at participants_max
};

/// More than any hall has seats; one answer still fits into memory.
inline constexpr int participants_max = 20'000;

/// Reads a client's file beside the household (H8), and lists that go through all clients. Committed data
/// only. Implemented in storage/loaders/client_files.cpp. `done` from any thread.
class files {
public:
  virtual ~files() = default;
  /// Households with this tag behind `after`, by id.
  virtual void find_tagged(const organisation_id& at, std::string tag, const household_id& after, int limit,
                           std::function<void(outcome<std::vector<household_id>>)> done) = 0;
  virtual void list_skills(const organisation_id& at, const household_id& of,
                           std::function<void(outcome<std::vector<skill_row>>)> done) = 0;
  virtual void list_cards(const organisation_id& at, const household_id& of,
                          std::function<void(outcome<std::vector<card_row>>)> done) = 0;
  /// Complete ones.
  virtual void list_documents(const organisation_id& at, const household_id& of,
                              std::function<void(outcome<std::vector<document_row>>)> done) = 0;
  /// One part of a document; empty: there is none at this position.
  virtual void read_part(const organisation_id& at, const uuid& document, int position,
                         std::function<void(outcome<std::string>)> done) = 0;
  /// Tickets of the offer, cancelled ones left out.
  virtual void list_participants(const organisation_id& at, const offer_id& of,
                                 std::function<void(outcome<participation>)> done) = 0;
  /// Open courses (H12): offers that every new household joins.
  virtual void list_open_courses(const organisation_id& at,
                                 std::function<void(outcome<std::vector<offer_id>>)> done) = 0;
  /// Those that a household has joined by itself, cancelled or not: nobody is enrolled twice.
  virtual void list_joined(const organisation_id& at, const household_id& of,
                           std::function<void(outcome<std::vector<offer_id>>)> done) = 0;
};

} // namespace foyer::household
