#include "mail/transport.hpp"

#include <fstream>
#include <system_error>

namespace foyer::mail {
namespace {

namespace fs = std::filesystem;

class file_transport final : public transport {
public:
  file_transport(fs::path folder, std::function<void(const std::string&)> written)
      : folder_(std::move(folder)), written_(std::move(written)) {}

  mailer::delivery deliver(const std::string& mail_id, const encoded_message& message) override {
    std::error_code error;
    fs::create_directories(folder_, error);
    // The mails of a demonstration hold links that log in: nobody else on the machine reads them.
    if (!error) fs::permissions(folder_, fs::perms::owner_all, error);
    const auto half = folder_ / (mail_id + ".tmp");
    {
      std::ofstream file(half, std::ios::binary | std::ios::trunc);
      file << message.bytes;
      file.close();
      if (!file) return {mailer::verdict::transport_down, "cannot write " + half.string()};
    }
    fs::rename(half, folder_ / (mail_id + ".eml"), error);
    if (error)
      return {mailer::verdict::transport_down, "cannot rename " + half.string() + ": " + error.message()};
    if (written_) written_(mail_id);
    return {mailer::verdict::sent, {}};
  }

private:
  fs::path folder_;
  std::function<void(const std::string&)> written_;
};

} // namespace

std::unique_ptr<transport> create_file_transport(fs::path folder,
                                                 std::function<void(const std::string& mail_id)> written) {
  return std::make_unique<file_transport>(std::move(folder), std::move(written));
}

} // namespace foyer::mail
