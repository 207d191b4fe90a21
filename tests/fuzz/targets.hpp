#pragma once

#include <span>
#include <string_view>
#include <vector>

// Every parser that reads what strangers, operators or other machines wrote. A target reads the bytes and
// calls `broken` when what came out can't be; crashes and sanitizers tell the rest. Run by libFuzzer (preset
// `fuzz`) and, over the seeds and mutations of them, by tests/unit/fuzz_replay.cpp.

namespace foyer::fuzz {

struct target {
  std::string_view name;
  void (*read)(std::string_view bytes);
  std::vector<std::string_view> seeds; // texts from which a fuzzer gets far
};

std::span<const target> targets();

/// Ends the program, so that both a fuzzer and a test notice.
[[noreturn]] void broken(std::string_view what);
inline void require(bool holds, std::string_view what) {
  if (!holds) broken(what);
}

void read_http_head(std::string_view bytes);
void read_chunks(std::string_view bytes);
void read_json(std::string_view bytes);
void read_forwarded(std::string_view bytes);
void read_email(std::string_view bytes);
void read_clients(std::string_view bytes);
void read_csv(std::string_view bytes);
void read_checkpoint(std::string_view bytes);
void read_mail(std::string_view bytes);
void read_bounce(std::string_view bytes);
void read_configuration(std::string_view bytes);
void read_offer(std::string_view bytes);

} // namespace foyer::fuzz
