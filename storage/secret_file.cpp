#include "storage/secret_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foyer::storage {
namespace {

constexpr std::size_t bytes_made = 32;
constexpr std::size_t characters_min = 32;
constexpr std::size_t characters_max = 4'096;

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

private:
  int fd_;
};

refusal cannot(const std::filesystem::path& file, std::string_view what) {
  return {errc::internal,
          "cannot " + std::string{what} + " the secret " + file.string() + ": " + std::strerror(errno)};
}

// Made under another name and linked, so that two first starts at once end with one secret.
outcome<done> make(const std::filesystem::path& file) {
  std::array<std::uint8_t, bytes_made> raw;
  fill_random(raw);
  const auto text = base64url(raw) + "\n";
  const auto draft = file.string() + "." + std::to_string(::getpid());
  {
    const descriptor out{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (out.get() < 0) return cannot(file, "make");
    if (::write(out.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(out.get()) != 0)
      return cannot(file, "write");
  }
  const bool linked = ::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST;
  const auto failed = cannot(file, "make");
  ::unlink(draft.c_str());
  if (!linked) return failed;
  return done{};
}

} // namespace

outcome<server_secret> load_secret(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    if (auto made = make(file); !made) return made.error();
  const descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (in.get() < 0) return cannot(file, "read");
  struct stat info {};
  if (::fstat(in.get(), &info) != 0) return cannot(file, "read");
  if ((info.st_mode & 077) != 0)
    return refusal{errc::internal, "the secret " + file.string() + " can be read by others: chmod 600 it"};
  std::string text(characters_max, '\0');
  const auto size = ::read(in.get(), text.data(), text.size());
  if (size < 0) return cannot(file, "read");
  text.resize(static_cast<std::size_t>(size));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.size() < characters_min)
    return refusal{errc::internal, "the secret " + file.string() +
                                       " is too short: at least 32 characters, or remove "
                                       "the file to have one made"};
  return server_secret{std::move(text)};
}

} // namespace foyer::storage
