#include "cli/checkpoint.hpp"

#include "storage/secret_file.hpp"

namespace foyer::cli {

outcome<chosen_checkpoint> choose_checkpoint(const config::settings& settings, const std::string& given) {
  chosen_checkpoint out;
  out.file =
      given.empty() ? storage::newest_checkpoint(settings.checkpoint_dir()).value_or("").string() : given;
  if (out.file.empty()) return out;
  if (!std::filesystem::exists(settings.secret_file()))
    return refusal{errc::internal, "the checkpoint " + out.file + " can't be checked without the secret " +
                                       settings.secret_file().string()};
  const auto secret = storage::load_secret(settings.secret_file());
  if (!secret) return secret.error();
  auto opened = storage::checkpoint_reader::open(out.file, *secret);
  if (!opened) return opened.error();
  out.reader.emplace(std::move(*opened));
  return out;
}

} // namespace foyer::cli
