#include "storage/checkpoint_file.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>

using namespace foyer;

namespace {

namespace fs = std::filesystem;

struct folder {
  folder() {
    std::string name = "/tmp/foyer-checkpoints-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

const server_secret ours{"a secret of at least thirty-two characters"};
const server_secret theirs{"some other secret of thirty-two characters"};

storage::signed_head a_head(std::uint8_t number) {
  storage::signed_head out;
  out.household.value.bytes[15] = number;
  out.entries = number * 1'000;
  out.head.fill(number);
  return out;
}

fs::path write(const fs::path& into, const std::string& day, std::uint8_t wallets) {
  auto made = storage::create_checkpoint(into, day + "T12:00:00.000000Z");
  REQUIRE(made);
  for (std::uint8_t i = 1; i <= wallets; ++i) (*made)->add(a_head(i));
  const auto file = (*made)->finish(ours);
  REQUIRE(file);
  return *file;
}

std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream{file}.rdbuf();
  return out.str();
}

} // namespace

TEST_CASE("W2 a checkpoint gives back what was signed, in order") {
  const folder here;
  const auto file = write(here.path, "2026-05-17", 200);
  CHECK(file == here.path / "2026-05-17.txt");
  CHECK((fs::status(file).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  auto read = storage::checkpoint_reader::open(file, ours);
  REQUIRE(read);
  CHECK(read->at() == "2026-05-17T12:00:00.000000Z");
  CHECK(read->wallets() == 200);
  for (std::uint8_t i = 1; i <= 200; ++i) REQUIRE(read->next() == a_head(i));
  CHECK_FALSE(read->next());
  CHECK_FALSE(read->next());
  const auto empty = write(here.path, "2026-05-18", 0);
  auto none = storage::checkpoint_reader::open(empty, ours);
  REQUIRE(none);
  CHECK_FALSE(none->next());
}

TEST_CASE("W2 no change of a checkpoint goes unnoticed, byte by byte") {
  const folder here;
  const auto file = write(here.path, "2026-05-17", 3);
  CHECK_FALSE(storage::checkpoint_reader::open(file, theirs));
  CHECK_FALSE(storage::checkpoint_reader::open(here.path / "none", ours));
  const auto whole = text_of(file);
  const auto opens = [&](const std::string& text) {
    std::ofstream{file, std::ios::trunc} << text;
    return bool{storage::checkpoint_reader::open(file, ours)};
  };
  REQUIRE(opens(whole));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    INFO(i << ": " << whole[i]);
    auto changed = whole;
    changed[i] = whole[i] == '1' ? '2' : '1';
    CHECK_FALSE(opens(changed));
    // A copy that ends early. Without its last line end it is the same text.
    if (i + 1 < whole.size()) CHECK_FALSE(opens(whole.substr(0, i)));
  }
  CHECK_FALSE(opens(whole + "more\n"));
  CHECK_FALSE(opens(whole + whole));
}

TEST_CASE("W2 a checkpoint that is not finished leaves nothing, and old days go in their order") {
  const folder here;
  {
    auto made = storage::create_checkpoint(here.path / "new", "2026-05-17T12:00:00.000000Z");
    REQUIRE(made);
    (*made)->add(a_head(1));
  }
  CHECK(fs::is_empty(here.path / "new"));
  CHECK_FALSE(storage::newest_checkpoint(here.path));
  CHECK_FALSE(storage::newest_checkpoint(here.path / "nowhere"));
  for (const auto* day : {"2026-05-17", "2026-12-31", "2027-01-01", "2026-05-18"}) write(here.path, day, 1);
  std::ofstream{here.path / "2028-notes.txt"} << "not ours";
  CHECK(storage::newest_checkpoint(here.path) == here.path / "2027-01-01.txt");
  storage::remove_old_checkpoints(here.path, 0);
  CHECK(fs::exists(here.path / "2026-05-17.txt"));
  storage::remove_old_checkpoints(here.path, 2);
  CHECK_FALSE(fs::exists(here.path / "2026-05-17.txt"));
  CHECK_FALSE(fs::exists(here.path / "2026-05-18.txt"));
  CHECK(fs::exists(here.path / "2026-12-31.txt"));
  CHECK(fs::exists(here.path / "2028-notes.txt"));
}

TEST_CASE("W2 a folder that can't be written is told") {
  CHECK_FALSE(storage::create_checkpoint("/proc/nowhere", "2026-05-17T12:00:00.000000Z"));
  // Every write to this device fails as on a full disk.
  const folder here;
  fs::create_symlink("/dev/full", here.path / "full");
  CHECK_FALSE(storage::create_checkpoint(here.path / "full", "2026-05-17T12:00:00.000000Z"));
}
