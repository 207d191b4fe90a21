#include "tests/simulation/process.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::simulation;
using organisation::payment_method;

namespace {

/// A house that sells vouchers, whose first household has some money; nothing fails.
class fixture {
public:
  fixture() {
    auto& offer = tables_.offers.at(here.offers[0]);
    auto what = *offer.what;
    what.kind = offer::kind::voucher;
    what.value = 2'000;
    offer.what = std::make_shared<const offer::details>(std::move(what));
    request top_up;
    top_up.what = request::kind::record_entry;
    top_up.key.bytes[0] = 1;
    top_up.household = here.households[0];
    top_up.change = 10'000;
    REQUIRE(ask(top_up).done);
  }

  answer ask(const request& what) {
    std::optional<answer> heard;
    process_.run(what, [&heard](answer given) { heard = std::move(given); });
    while (process_.step() != process::nothing) {
    }
    REQUIRE(heard);
    return *heard;
  }

  request an_order(request::kind what, std::size_t offer, std::vector<checkout::wanted_payment> payments) {
    request out;
    out.what = what;
    out.key.bytes[0] = ++keys_;
    out.household = here.households[0];
    out.offer = here.offers[offer];
    out.payments = std::move(payments);
    return out;
  }

private:
  dice chance_{1};
  tables tables_;
  virtual_clock clock_;

public:
  house here{tables_};

private:
  process process_{tables_, chance_, clock_, here, faulty_journal::no_faults, 0};
  std::uint8_t keys_ = 1;
};

const checkout::wanted_payment by_wallet{payment_method::wallet, {}, {}};
const checkout::wanted_payment by_transfer{payment_method::bank_transfer, {}, {}};
const checkout::wanted_payment a_part_by_wallet{payment_method::wallet, money{100, {}}, {}};

} // namespace

TEST_CASE("W10 a voucher is not bought with the balance, neither whole nor in part, nor by staff") {
  fixture f;
  using kind = request::kind;
  CHECK(f.ask(f.an_order(kind::order, 0, {by_wallet})).why.code == errc::payment_method_unavailable);
  CHECK(f.ask(f.an_order(kind::order, 0, {a_part_by_wallet, by_transfer})).why.code ==
        errc::payment_method_unavailable);
  CHECK(f.ask(f.an_order(kind::staff_order, 0, {by_wallet})).why.code == errc::payment_method_unavailable);
  CHECK(f.ask(f.an_order(kind::order, 0, {by_transfer})).done);
  CHECK(f.ask(f.an_order(kind::order, 1, {by_wallet})).done);
}
