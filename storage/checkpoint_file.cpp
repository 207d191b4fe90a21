#include "storage/checkpoint_file.hpp"

#include "actors/vocabulary/encode.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace foyer::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_line = "Foyer ledger checkpoint 1";
constexpr std::string_view at_word = "at ";
constexpr std::string_view wallets_word = "wallets ";
constexpr std::string_view signature_word = "signature ";
constexpr std::string_view purpose = "ledger checkpoint";
constexpr std::size_t date_size = 10;
constexpr std::size_t uuid_size = 36;
constexpr std::size_t hash_digits = 64;

std::optional<sha256_hash> parse_hex(std::string_view text) {
  sha256_hash out{};
  if (text.size() != hash_digits) return {};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto pair = text.substr(2 * i, 2);
    if (std::from_chars(pair.begin(), pair.end(), out[i], 16).ptr != pair.end()) return {};
  }
  return out;
}

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), out);
  if (failed != std::errc{} || end != text.end() || out < 0) return {};
  return out;
}

std::optional<signed_head> parse_head(std::string_view line) {
  if (line.size() < uuid_size + hash_digits + 3) return {};
  const auto household = parse_uuid(line.substr(0, uuid_size));
  const auto entries = parse_count(line.substr(uuid_size + 1, line.size() - uuid_size - hash_digits - 2));
  const auto head = parse_hex(line.substr(line.size() - hash_digits));
  if (!household || !entries || !head) return {};
  return signed_head{household_id{*household}, *entries, *head};
}

/// SHA-256 of lines as they come, each with its line end.
class running_hash {
public:
  running_hash() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc{};
  }
  void line(std::string_view text) {
    EVP_DigestUpdate(context_.get(), text.data(), text.size());
    EVP_DigestUpdate(context_.get(), "\n", 1);
  }
  [[nodiscard]] std::string signature(const server_secret& secret) {
    sha256_hash digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return in_hex(secret.derive(purpose, {reinterpret_cast<const char*>(digest.data()), digest.size()}));
  }

private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

refusal cannot(std::string_view what, const fs::path& file) {
  return {errc::internal, "cannot " + std::string{what} + " " + file.string() + ": " + std::strerror(errno)};
}

class draft final : public checkpoint_writer {
public:
  draft(fs::path folder, fs::path file, fs::path hidden, std::FILE* out)
      : folder_(std::move(folder)), file_(std::move(file)), hidden_(std::move(hidden)), out_(out) {}
  ~draft() override {
    if (out_ != nullptr) std::fclose(out_);
    if (!hidden_.empty()) ::unlink(hidden_.c_str());
  }
  draft(const draft&) = delete;
  draft& operator=(const draft&) = delete;

  void line(const std::string& text) {
    hash_.line(text);
    std::fwrite(text.data(), 1, text.size(), out_);
    std::fputc('\n', out_);
  }

  void add(const signed_head& next) override {
    ++wallets_;
    line(to_string(next.household) + ' ' + std::to_string(next.entries) + ' ' + in_hex(next.head));
  }

  outcome<fs::path> finish(const server_secret& secret) override {
    line(std::string{wallets_word} + std::to_string(wallets_));
    line(std::string{signature_word} + hash_.signature(secret));
    // A write that failed is remembered by the stream.
    if (std::fflush(out_) != 0 || std::ferror(out_) != 0 || ::fsync(::fileno(out_)) != 0)
      return cannot("write", hidden_);
    if (::rename(hidden_.c_str(), file_.c_str()) != 0) return cannot("make", file_);
    hidden_.clear();
    const auto folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
      ::fsync(folder);
      ::close(folder);
    }
    return file_;
  }

private:
  fs::path folder_;
  fs::path file_;
  fs::path hidden_; // its name until it is complete
  std::FILE* out_;
  running_hash hash_;
  std::int64_t wallets_ = 0;
};

bool is_checkpoint(const fs::path& file) {
  const auto name = file.filename().string();
  constexpr std::string_view form = "dddd-dd-dd.txt";
  return name.size() == form.size() &&
         std::equal(name.begin(), name.end(), form.begin(),
                    [](char c, char wanted) { return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted; });
}

std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (fs::directory_iterator each{folder, failed}, end; !failed && each != end; each.increment(failed))
    if (is_checkpoint(each->path())) out.push_back(each->path());
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

outcome<std::unique_ptr<checkpoint_writer>> create_checkpoint(const fs::path& folder, const std::string& at) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  const auto file = folder / (at.substr(0, date_size) + ".txt");
  const auto hidden = folder / ("." + file.filename().string() + "." + std::to_string(::getpid()));
  const auto fd = ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  auto* out = fd < 0 ? nullptr : ::fdopen(fd, "w");
  if (out == nullptr) {
    const auto why = cannot("write", hidden);
    if (fd >= 0) ::close(fd);
    return why;
  }
  auto made = std::make_unique<draft>(folder, file, hidden, out);
  made->line(std::string{first_line});
  made->line(std::string{at_word} + at);
  return std::unique_ptr<checkpoint_writer>{std::move(made)};
}

checkpoint_reader::checkpoint_reader(std::ifstream lines, std::string at, std::int64_t wallets)
    : lines_(std::move(lines)), at_(std::move(at)), wallets_(wallets) {}

outcome<checkpoint_reader> checkpoint_reader::open(const fs::path& file, const server_secret& secret) {
  std::ifstream in{file};
  if (!in) return cannot("read", file);
  const auto broken = [&file](const char* why) {
    return refusal{errc::internal, "the checkpoint " + file.string() + " " + why};
  };
  running_hash hash;
  std::string line;
  std::string at;
  if (!std::getline(in, line) || line != first_line) return broken("does not begin as one");
  hash.line(line);
  if (!std::getline(in, at) || !at.starts_with(at_word)) return broken("has no time");
  hash.line(at);
  std::int64_t wallets = 0;
  household_id last;
  for (; std::getline(in, line) && !line.starts_with(wallets_word); ++wallets) {
    hash.line(line);
    const auto head = parse_head(line);
    if (!head || (wallets > 0 && head->household <= last)) return broken("has a line that is no wallet's");
    last = head->household;
  }
  hash.line(line);
  if (line != std::string{wallets_word} + std::to_string(wallets)) return broken("is not complete");
  const auto wanted = std::string{signature_word} + hash.signature(secret);
  if (!std::getline(in, line) || !equal_in_constant_time(line, wanted))
    return broken("was not signed under this server's secret, or was changed since");
  if (std::getline(in, line)) return broken("has more lines after its signature");
  in.clear();
  in.seekg(0);
  std::getline(in, line);
  std::getline(in, line);
  return checkpoint_reader{std::move(in), at.substr(at_word.size()), wallets};
}

std::optional<signed_head> checkpoint_reader::next() {
  std::string line;
  if (!std::getline(lines_, line)) return {};
  return parse_head(line); // none for the line behind the last wallet
}

std::optional<fs::path> newest_checkpoint(const fs::path& folder) {
  const auto all = checkpoints_in(folder);
  if (all.empty()) return {};
  return all.back();
}

void remove_old_checkpoints(const fs::path& folder, std::int64_t kept) {
  const auto all = checkpoints_in(folder);
  if (kept <= 0 || all.size() <= static_cast<std::size_t>(kept)) return;
  std::error_code ignored;
  for (std::size_t i = 0; i < all.size() - static_cast<std::size_t>(kept); ++i) fs::remove(all[i], ignored);
}

} // namespace foyer::storage
