#include "mail/sender.hpp"

namespace foyer::mail {
namespace {

class composing_sender final : public mailer::sender {
public:
  composing_sender(std::unique_ptr<composer> compose, std::unique_ptr<transport> carry,
                   std::shared_ptr<const dkim_signer> sign)
      : composer_(std::move(compose)), carry_(std::move(carry)), sign_(std::move(sign)) {}

  mailer::delivery send(const mailer::queued_mail& mail) override {
    auto made = composer_->compose(mail, false);
    if (!made) return {mailer::verdict::refused, made.error().detail};
    auto encoded = encode(*made);
    if (!encoded) return {mailer::verdict::refused, "the recipient's address can't be used"};
    if (sign_) encoded->bytes.insert(0, sign_->sign(encoded->bytes));
    return carry_->deliver(made->id, *encoded);
  }

private:
  std::unique_ptr<composer> composer_;
  std::unique_ptr<transport> carry_;
  std::shared_ptr<const dkim_signer> sign_;
};

} // namespace

std::unique_ptr<mailer::sender> create_sender(std::unique_ptr<composer> compose,
                                              std::unique_ptr<transport> carry,
                                              std::shared_ptr<const dkim_signer> sign) {
  return std::make_unique<composing_sender>(std::move(compose), std::move(carry), std::move(sign));
}

} // namespace foyer::mail
