#include "actors/imports/cells.hpp"
#include "actors/imports/plan.hpp"
#include "actors/offer/offer.hpp"
#include "actors/vocabulary/email.hpp"
#include "config/load.hpp"
#include "demo/csv.hpp"
#include "mail/bounce.hpp"
#include "mail/message/address.hpp"
#include "mail/message/encoding.hpp"
#include "mail/message/header.hpp"
#include "mail/message/parse.hpp"
#include "storage/checkpoint_file.hpp"
#include "tests/fuzz/targets.hpp"

#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace foyer::fuzz {
namespace {

/// A file in memory with these bytes, for readers that open files.
class file_in_memory {
public:
  explicit file_in_memory(std::string_view bytes) : handle_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(handle_ >= 0 &&
                ::write(handle_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
            "no file in memory");
  }
  ~file_in_memory() { ::close(handle_); }
  file_in_memory(const file_in_memory&) = delete;
  file_in_memory& operator=(const file_in_memory&) = delete;
  [[nodiscard]] std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(handle_); }

private:
  int handle_;
};

const server_secret secret{"a secret of at least thirty-two characters"};

} // namespace

void read_email(std::string_view bytes) {
  if (const auto address = parse_email(bytes)) {
    const auto again = parse_email(address->shown);
    require(again && again->key == address->key && again->shown == address->shown,
            "an address changes when read again");
    require(address->key.size() <= 254 && address->key.find('@') != std::string::npos,
            "an address's key is none");
    require(address->shown.find_first_of("\r\n\t ,;<>") == std::string::npos,
            "an address with what separates others");
  }
  if (const auto wire = mail::wire_address(bytes))
    require(wire->find_first_of("\r\n <>") == std::string::npos && wire->size() <= 254,
            "an address ends a header");
  static_cast<void>(mail::parse_mailbox(bytes));
}

void read_csv(std::string_view bytes) {
  try {
    const demo::table read{"fuzz", bytes};
    for (std::size_t i = 0; i < read.size(); ++i) static_cast<void>(read.at(i).text("name"));
  } catch (const std::logic_error&) { // how this reader tells mistakes
  }
}

void read_clients(std::string_view bytes) {
  const organisation::settings of;
  const auto whole = imports::open_table(std::string{bytes}, {}, of);
  const auto sum = imports::parse_amount(bytes, {});
  require(sum.value.has_value() != !sum.problem.empty(), "an amount that is one and is not");
  if (sum.value)
    require(imports::parse_amount(imports::write_amount(*sum.value, "fr"), {}).value == sum.value,
            "an amount changes when it is written");
  if (!whole) return;
  const auto plan = imports::plan::of(*whole);
  if (!plan) return;
  const imports::rules by{of, {}, "fr", "tag", -1'000, {}};
  std::size_t lines = 0;
  for (std::size_t unit = 0; unit < plan->units(); ++unit) {
    auto typed = plan->read(*whole, unit, by);
    lines += typed.size();
    require(!typed.empty(), "a household without lines");
    const auto made = imports::assemble(typed, whole->columns, by);
    require(made.who.members.size() == typed.size(), "a line that is no member");
    for (const auto& [number, raw] : plan->raw_lines(*whole, unit)) {
      imports::csv_reader again{raw, whole->separator};
      imports::record cells;
      require(again.next(cells), "a line that can't be read again");
      // What is written of it is read as the same.
      std::string written;
      for (const auto& cell : cells.cells) {
        if (!written.empty()) written += ';';
        imports::append_cell(written, cell, ';');
      }
      if (written.empty()) continue;
      imports::csv_reader third{written, ';'};
      imports::record same;
      require(third.next(same) && number > 0, "a line that can't be written");
    }
  }
  require(lines == plan->lines(), "a line that is lost");
}

void read_checkpoint(std::string_view bytes) {
  const file_in_memory file{bytes};
  auto read = storage::checkpoint_reader::open(file.path(), secret);
  if (!read) return;
  std::int64_t wallets = 0;
  while (read->next()) ++wallets;
  require(wallets == read->wallets(), "a signed checkpoint with another count");
}

void read_bounce(std::string_view bytes) {
  if (const auto seen = mail::read_bounce(bytes, secret)) {
    require(!seen->detail.empty() && seen->detail.size() <= 300, "a bounce without a reason");
    for (const char c : seen->detail) require(c >= ' ' && c <= '~', "a reason that ends a line");
  }
}

void read_mail(std::string_view bytes) {
  static_cast<void>(mail::parse_headers(bytes));
  if (const auto message = mail::parse(bytes)) {
    for (const auto& link : mail::links_in(message->text))
      require(link.starts_with("http"), "a link that is none");
    static_cast<void>(mail::links_in(message->html));
  }
  static_cast<void>(mail::decode_header(bytes));
  static_cast<void>(mail::decode_base64(bytes));
  // What is written can be read, and a value never begins another header.
  std::string header;
  mail::append_text_header(header, "Subject", bytes);
  require(header.ends_with("\r\n"), "a header without end");
  for (std::size_t at = 0; (at = header.find('\n', at)) != std::string::npos; ++at)
    require(at > 0 && header[at - 1] == '\r' && (at + 1 == header.size() || header[at + 1] == ' '),
            "a value begins another header");
  const auto encoded = mail::quoted_printable(bytes);
  for (std::size_t at = 0; at < encoded.size();) {
    const auto end = encoded.find("\r\n", at);
    const auto line = encoded.substr(at, end == std::string::npos ? end : end - at);
    require(line.size() <= 76 && line != ".", "a line that mail does not carry");
    at = end == std::string::npos ? encoded.size() : end + 2;
  }
}

void read_configuration(std::string_view bytes) {
  const file_in_memory file{bytes};
  config::sources from;
  from.file = file.path();
  const auto read = config::load(from);
  for (const auto& each : read.problems) require(!each.message.empty(), "a mistake without words");
}

void read_offer(std::string_view bytes) {
  if (const auto what = offer::from_json(bytes)) {
    const auto again = offer::from_json(offer::to_json(*what));
    require(again && offer::to_json(*again) == offer::to_json(*what), "an offer changes when it is stored");
  }
}

} // namespace foyer::fuzz
