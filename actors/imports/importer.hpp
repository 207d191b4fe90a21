#pragma once

#include "actors/imports/imports.hpp"
#include "actors/journal.hpp"
#include "actors/organisation/organisations.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace foyer::imports {

struct importer_parts {
  records& from;
  journal& to;
  organisation::registry& organisations;
  const clock_source& clock;
  /// A random client number (household::new_number).
  std::function<std::string()> new_number;
  /// Why it did not go on, once per series of failures. In the importer's own thread.
  std::function<void(std::string_view)> log;
};

/// Works imports off in a thread of its own, which reads and checks, while the journal writes: first
/// everything is checked, then households are made in portions, each one commit together with how far the
/// import is. After a crash it goes on behind the last portion. A portion is small, so that a buyer's order,
/// which may share its transaction, waits a few milliseconds at most. What clashes with a client that came
/// meanwhile is left out and reported. Two processes on one database don't do the same twice: the import's
/// version decides.
class importer : public queue {
public:
  /// Ends at once; what the journal has already is written. Blocks shortly; a second call does nothing.
  virtual void stop() = 0;
};

/// What the parts refer to must outlive it.
std::unique_ptr<importer> start_importer(importer_parts with);

} // namespace foyer::imports
