#include "http/idempotency_keys.hpp"

namespace foyer::http {

idempotency_keys::arrival idempotency_keys::arrive(const uuid& key, const sha256_hash& request_hash,
                                                   time_point now) {
  auto& here = shard_of(key);
  const std::lock_guard lock{here.mutex};
  auto known = here.answers.find(key);
  if (known != here.answers.end() && now - known->second->second.at >= kept_for_) {
    here.newest.erase(known->second);
    here.answers.erase(known);
    known = here.answers.end();
  }
  if (known != here.answers.end()) {
    if (known->second->second.request_hash != request_hash) return {arrival::reused, {}};
    here.newest.splice(here.newest.begin(), here.newest, known->second);
    return {arrival::answered, known->second->second};
  }
  if (const auto busy = here.under_way.find(key); busy != here.under_way.end())
    return {busy->second == request_hash ? arrival::in_progress : arrival::reused, {}};
  if (here.under_way.size() >= in_progress_max_) return {arrival::full, {}};
  here.under_way.emplace(key, request_hash);
  return {arrival::first, {}};
}

void idempotency_keys::finish(const uuid& key, std::optional<answer> given) {
  auto& here = shard_of(key);
  const std::lock_guard lock{here.mutex};
  here.under_way.erase(key);
  if (!given || here.answers.contains(key)) return;
  here.newest.emplace_front(key, std::move(*given));
  here.answers.emplace(key, here.newest.begin());
  if (here.newest.size() <= answers_max_) return;
  here.answers.erase(here.newest.back().first);
  here.newest.pop_back();
}

} // namespace foyer::http
