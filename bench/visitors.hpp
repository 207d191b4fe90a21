#pragma once

#include "actors/vocabulary/secret.hpp"
#include "bench/database.hpp"
#include "bench/own_server.hpp"
#include "bench/scenario.hpp"

#include <functional>

namespace foyer::bench {

// Gives the callers, of whom the first is the seeded household 1, the unique keys of their households (S6),
// and the database what the keys are found by. Throws failure.
void give_keys(database& to, const std::string& organisation_slug, const server_secret& secret,
               std::vector<caller>& callers);

// Makes visitors of my space of the callers, who have keys: each buys one ticket by the session it has, then
// opens my space by its key, and goes on with the session it gets there. Throws failure.
void open_spaces(target& where, const std::function<void(std::size_t done)>& progress);

} // namespace foyer::bench
