#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace foyer::bench {

enum class scenario {
  rush,         // B1: one offer, every order from another wallet
  wallet,       // B2: one wallet, debited by 1 cent at a time
  read,         // B3: signed-in reads of wallet and household
  login,        // B4: logins as fast as they go, with readers beside them
  registration, // new accounts
  space,        // visitors who open my space by their keys and look at tickets, orders and wallet
  invitation,   // B8: one campaign to all households, its mails to a receiver within the bench
  mixed,        // an evening: all of these, in proportion
  search,       // B9: staff who type what they know of a client
  overload,     // the rush, offered more than the server can do
  scale,        // B5: the rush on many households, beside the rush on few
  memory,       // B6: what the server keeps in memory
  start,        // B7: from the program's start until it is ready
};

const char* name_of(scenario which);

struct login_pair {
  std::string login;
  std::string password;
};

struct options {
  scenario what = scenario::rush;
  std::size_t connections = 64;
  double rate = 0; // requests a second (open loop); 0: as fast as they are answered (closed loop)
  std::chrono::milliseconds duration{10'000};
  std::chrono::milliseconds warm_up{2'000};
  std::size_t repeats = 3;
  std::size_t households = 20'000;
  std::uint64_t seed = 1;
  std::string json_file; // empty: none
  std::string html_file; // empty: none
  std::string plot_file; // empty: none; of rush

  // Own server.
  std::string foyer;    // path of the program; empty: beside this one, then PATH
  std::string data_dir; // where the folder is made
  bool with_pgbench = true;
  bool keep_data = false; // and begin with what an earlier run kept

  // Somebody else's server; url empty: own server.
  std::string url;
  std::vector<std::string> tokens;  // the first may be of staff
  std::vector<login_pair> accounts; // of login and mixed
  std::string organisation = "bench";
  std::string shop = "online";
  std::string offer;
  std::string household;
  std::string metrics_url; // empty: none
  int server_pid = 0;      // of processes on this machine, to see their CPU; 0: not known
  int postgresql_pid = 0;  // of its postmaster

  std::string typed; // the command line, without secrets
};

// What the command line means: options, or that the program has said all there is to say (help, version,
// a misuse) and ends with this status.
struct command_line {
  std::optional<options> parsed;
  int exit_status = 0;
};

// Prints help to standard output and misuse to standard error (status 2).
command_line parse_command_line(int argc, const char* const* argv);

// The parts of an http:// address. nullopt when it has another scheme, a path, or no valid port.
struct server_address {
  std::string host;
  std::uint16_t port = 80;
  std::string host_header; // as a Host field has it
};
std::optional<server_address> parse_server_url(std::string_view url);

} // namespace foyer::bench
