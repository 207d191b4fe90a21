#include "bench/run.hpp"

#include "bench/checks.hpp"
#include "bench/failure.hpp"
#include "bench/hindrance.hpp"
#include "bench/large_runs.hpp"
#include "bench/own_run.hpp"
#include "bench/remote_run.hpp"

#include <algorithm>

namespace foyer::bench {

namespace {

// Once something was measured it is reported, whatever breaks then; how it broke is a problem of the report.
template <class Run>
void run_in_steps(Run& all, report& to, const std::atomic<bool>& stop) {
  all.prepare();
  try {
    all.measure();
    if (to.server.empty()) return;
  } catch (const failure& error) {
    if (to.server.empty()) throw;
    if (!stop) to.problems.push_back(error.what());
  }
  try {
    all.check();
  } catch (const failure& error) {
    to.problems.push_back(std::string{"not all could be checked: "} + error.what());
  }
}

void note(report& to, std::string text) {
  if (text.empty() || std::find(to.notes.begin(), to.notes.end(), text) != to.notes.end()) return;
  to.notes.push_back(std::move(text));
}

// What the answers say about the server's configuration.
void note_hindrances(report& to) {
  for (const auto& run : to.server) {
    for (const auto& [status, body] : run.load.first_body_by_status)
      if (const auto why = hindrance_of(status, body); !why.empty())
        note(to, "status " + std::to_string(status) + ": " + why);
    if (run.load.gave_up)
      note(to, "the run ended early: for 5 s the server answered nothing and connections were lost: " +
                   run.load.first_lost);
    else
      note(to, hindrance_of_lost(run.load, to.wanted.connections));
  }
}

} // namespace

report run(const options& wanted, const std::atomic<bool>& stop) {
  report out;
  out.wanted = wanted;
  out.on = this_machine();
  out.with.bench = FOYER_VERSION;
  if (!wanted.url.empty()) {
    remote_run all{wanted, stop, out};
    run_in_steps(all, out, stop);
  } else if (wanted.what == scenario::scale) {
    run_scale(wanted, stop, out);
  } else if (wanted.what == scenario::memory) {
    run_memory(wanted, stop, out);
  } else if (wanted.what == scenario::start) {
    run_start(wanted, stop, out);
  } else {
    own_run all{wanted, stop, out};
    run_in_steps(all, out, stop);
  }
  check_answers(out);
  note_hindrances(out);
  if (stop) out.problems.push_back("interrupted");
  return out;
}

} // namespace foyer::bench
