#include "actors/account/accounts.hpp"

#include "actors/runtime/entity.hpp"

namespace foyer::account {
namespace {

struct model {
  using id_type = account_id;
  using state_type = state;
  static constexpr const char* name = "account";
  static constexpr bool counted = true;

  loader& from;

  void load(const account_id& whose, std::function<void(outcome<state>)> done) {
    from.load_account(whose, std::move(done));
  }
};

using account_entity =
    runtime::entity<model, register_new, register_again, resend_confirmation, correct_address, confirm,
                    welcome_staff, accept_welcome, open_invited, remove_if_due, remind_if_due, begin_session,
                    change_password, request_reset, reset_password, request_email_change,
                    confirm_email_change, undo_email_change, update_profile, get_view>;

class actors final : public registry {
public:
  actors(caf::actor_system& system, loader& from, journal& to, std::size_t waiting_max)
      : directory_(account_entity::create_directory(system, std::make_shared<model>(model{from}), to,
                                                    {waiting_max})) {}

  void tell(const account_id& whose, ask<register_new> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<register_again> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<resend_confirmation> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<correct_address> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<confirm> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<welcome_staff> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<accept_welcome> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<open_invited> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<remove_if_due> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<remind_if_due> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<begin_session> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<change_password> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<request_reset> command) override { pass(whose, std::move(command)); }
  void tell(const account_id& whose, ask<reset_password> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<request_email_change> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<confirm_email_change> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<undo_email_change> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<update_profile> command) override {
    pass(whose, std::move(command));
  }
  void tell(const account_id& whose, ask<get_view> command) override { pass(whose, std::move(command)); }

  void sweep(std::chrono::seconds idle_after, std::size_t live_limit) override {
    directory_->sweep(idle_after, live_limit);
  }
  void close() override { directory_->close(); }
  [[nodiscard]] std::size_t live() const override { return directory_->live(); }

private:
  template <class Message>
  void pass(const account_id& whose, Message command) {
    directory_->tell(whose, std::move(command));
  }

  std::unique_ptr<account_entity::directory_type> directory_;
};

} // namespace

std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max) {
  return std::make_unique<actors>(system, from, to, waiting_max);
}

void on_deadline(registry& accounts, const supplier& with, const deadline_row& due) {
  const account_id whose{due.entity};
  if (due.kind == deadline_kind::account_removal)
    accounts.tell(whose, ask<remove_if_due>{{with.fresh()}, {}});
  else if (due.kind == deadline_kind::confirmation_reminder)
    accounts.tell(whose, ask<remind_if_due>{{with.fresh()}, {}});
}

} // namespace foyer::account
