#include "http/read_offers.hpp"

#include "actors/runtime/ask.hpp"

#include <algorithm>
#include <mutex>

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using offers = std::vector<offer::state>;

// Asks all actors at once and answers when the last has; the asker then waits for one round and not for each.
class gathering {
public:
  gathering(std::size_t count, reply<offers> back) : left_(count), all_(count), back_(std::move(back)) {}

  void put(std::size_t at, outcome<offer::state> one) {
    const std::lock_guard lock{mutex_};
    if (one)
      all_[at] = std::move(*one);
    else if (one.error().code != errc::not_found)
      failed_ = one.error();
    if (--left_ > 0) return;
    if (failed_) return back_(*failed_);
    // An offer that went between list and look has version 0.
    std::erase_if(all_, [](const offer::state& each) { return each.version == 0; });
    back_(std::move(all_));
  }

private:
  std::mutex mutex_;
  std::size_t left_;
  offers all_;
  std::optional<refusal> failed_;
  reply<offers> back_;
};

} // namespace

asio::awaitable<outcome<std::vector<offer_id>>> read_offer_ids(house_services& with, organisation_id at,
                                                               std::string shop) {
  co_return co_await runtime::await_reply<std::vector<offer_id>>(
      [&](reply<std::vector<offer_id>> back) { with.offer_list.list_offers(at, shop, std::move(back)); });
}

asio::awaitable<outcome<offers>> read_offers(house_services& with, organisation_id at, std::string shop) {
  auto ids = co_await read_offer_ids(with, at, std::move(shop));
  if (!ids) co_return ids.error();
  if (ids->empty()) co_return offers{};
  const auto& which = *ids;
  co_return co_await runtime::await_reply<offers>([&](reply<offers> back) {
    auto all = std::make_shared<gathering>(which.size(), std::move(back));
    for (std::size_t i = 0; i < which.size(); ++i)
      with.offers.tell(which[i],
                       ask<offer::get_view>{{}, reply<offer::state>{[all, i](outcome<offer::state> one) {
                                              all->put(i, std::move(one));
                                            }}});
  });
}

} // namespace foyer::http
