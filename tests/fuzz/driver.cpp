#include "tests/fuzz/targets.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

// libFuzzer's entry. FOYER_FUZZ names the target: FOYER_FUZZ=json build/fuzz/tests/foyer_fuzz
// -max_total_time=60. FOYER_FUZZ_SEEDS names a folder that gets the target's seeds, to be given to libFuzzer
// as corpus. FOYER_FUZZ=list tells the targets.

namespace {

const foyer::fuzz::target* chosen = nullptr;

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const std::string_view name = std::getenv("FOYER_FUZZ") == nullptr ? "" : std::getenv("FOYER_FUZZ");
  for (const auto& each : foyer::fuzz::targets()) {
    if (name == "list") std::printf("%.*s\n", static_cast<int>(each.name.size()), each.name.data());
    if (each.name == name) chosen = &each;
  }
  if (name == "list") std::exit(0);
  if (chosen == nullptr) foyer::fuzz::broken("FOYER_FUZZ names no target (tests/fuzz/targets.cpp)");
  if (const char* folder = std::getenv("FOYER_FUZZ_SEEDS")) {
    std::filesystem::create_directories(folder);
    for (std::size_t i = 0; i < chosen->seeds.size(); ++i)
      std::ofstream{std::filesystem::path{folder} / ("seed" + std::to_string(i))} << chosen->seeds[i];
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->read({reinterpret_cast<const char*>(data), size});
  return 0;
}

namespace foyer::demo {
// The demonstration's own files are not among what is read here.
std::vector<std::pair<std::string_view, std::string_view>> data_files();
std::vector<std::pair<std::string_view, std::string_view>> data_files() {
  return {};
}
} // namespace foyer::demo
