#pragma once

#include "bench/own_run.hpp"

namespace foyer::bench {

// The runs that ask what a large house costs. They fill the report, all but what check_answers finds.

// B5: the rush on many households beside the rush on 1,000, each on a server and database of its own. On
// many, once with buyers whom the server has not seen since it started, and once more with the same, who are
// in memory then as those of the small house are.
void run_scale(const options& wanted, const std::atomic<bool>& stop, report& to);

// B6: resident memory with 10,000 households in use, each by reads of its wallet, its household and its
// account.
void run_memory(const options& wanted, const std::atomic<bool>& stop, report& to);

// B7: starts of the program on a PostgreSQL that runs.
void run_start(const options& wanted, const std::atomic<bool>& stop, report& to);

} // namespace foyer::bench
