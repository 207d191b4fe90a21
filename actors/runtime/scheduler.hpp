#pragma once

#include <boost/asio/io_context.hpp>
#include <caf/actor_system_config.hpp>

namespace foyer::runtime {

/// Makes the actor system that is built from `config` run its actors on the threads that run `io`, in place
/// of CAF's own workers: an actor that is woken by a request then runs where the request was read, without a
/// wake-up of another thread. `io` must outlive the system; actors do nothing while nobody runs it.
void run_actors_on(caf::actor_system_config& config, boost::asio::io_context& io);

} // namespace foyer::runtime
