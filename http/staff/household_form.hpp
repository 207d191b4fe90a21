#pragma once

#include "actors/household/household.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/json/reader.hpp"

namespace foyer::http::staff {

/// What staff type for a new client (H1).
struct new_client {
  household::person who;
  household::change further;     // fields beside the person
  bool send_notification = true; // H2
};
new_client read_new_client(const json::object& form, time_point now);

/// A change of a client by staff: any subset. `floor` is the wallet's.
struct client_change {
  household::change what;
  bool changes_record = false;
  bool changes_floor = false;
  std::optional<money> floor; // none: the roles' floors alone
};
client_change read_client_change(const json::object& form);

} // namespace foyer::http::staff
