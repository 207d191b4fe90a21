#include "mail/previewer.hpp"

#include "mail/composer.hpp"

#include <mutex>

namespace foyer::mail {
namespace {

class composing_previewer final : public mailer::previewer {
public:
  explicit composing_previewer(std::unique_ptr<composer> compose) : composer_(std::move(compose)) {}

  outcome<mailer::previewed> preview(const mailer::queued_mail& of, mailer::secrets how) override {
    const std::lock_guard lock{mutex_};
    auto made = composer_->compose(of, how == mailer::secrets::hidden);
    if (!made) return made.error();
    return mailer::previewed{std::move(made->from.name), std::move(made->from.address),
                             std::move(made->to.name),   std::move(made->to.address),
                             std::move(made->reply_to),  std::move(made->subject),
                             std::move(made->text),      std::move(made->html)};
  }

private:
  std::mutex mutex_;
  std::unique_ptr<composer> composer_;
};

} // namespace

std::unique_ptr<mailer::previewer> create_previewer(const config::settings& settings,
                                                    const server_secret& secret) {
  return std::make_unique<composing_previewer>(create_composer(settings, secret));
}

} // namespace foyer::mail
