#include "http/idempotency.hpp"

#include "actors/guards.hpp"
#include "actors/runtime/ask.hpp"
#include "http/idempotency_keys.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

#include <algorithm>
#include <utility>

namespace foyer::http {
namespace {

constexpr std::size_t key_max = 255;

bool is_printable(std::string_view key) {
  return std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Parts with their lengths, so that no two different requests give the same bytes.
class digest {
public:
  digest& add(std::string_view part) {
    bytes_.append(std::to_string(part.size())).append(":").append(part);
    return *this;
  }
  [[nodiscard]] sha256_hash result() const { return sha256(bytes_); }

private:
  std::string bytes_;
};

uuid key_of(const request& in, const organisation_id& at, std::string_view principal, std::string_view key) {
  const auto operation = in.route == nullptr ? in.path : in.route->info.operation;
  const auto hash = digest{}.add(to_string(at)).add(principal).add(operation).add(key).result();
  uuid out;
  std::copy_n(hash.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

// The same key for another wallet is another request, not a second one.
sha256_hash request_hash(const request& in) {
  digest of;
  of.add(in.path).add(in.body);
  if (!in.raw_query.empty()) of.add(in.raw_query);
  return of.result();
}

response replayed(const idempotency_keys::answer& known) {
  return json_response(known.status, known.body).header("Idempotency-Replayed", "true");
}

response reused() {
  return problem_of(refusal{errc::idempotency_key_reused, "The key was used for another request."});
}

response in_progress() {
  auto answer = problem_of(errc::idempotency_in_progress);
  answer.retry_after = std::chrono::seconds{1};
  return answer;
}

// Ends the claim however the command ends, by an exception too.
class claim {
public:
  claim(idempotency_keys& keys, const uuid& key) : keys_(keys), key_(key) {}
  claim(const claim&) = delete;
  claim& operator=(const claim&) = delete;
  ~claim() { keys_.finish(key_, std::move(given_)); }

  void keep(idempotency_keys::answer given) { given_ = std::move(given); }

private:
  idempotency_keys& keys_;
  uuid key_;
  std::optional<idempotency_keys::answer> given_;
};

class keys_and_rows final : public idempotency {
public:
  keys_and_rows(order::answers& stored, const clock_source& clock, idempotency_limits limits)
      : stored_(stored), clock_(clock), answer_bytes_max_(limits.answer_bytes_max),
        keys_(limits.in_progress_max, limits.answers_max, limits.kept_for) {}

  boost::asio::awaitable<response> once(request& in, organisation::snapshot_ptr at, std::string principal,
                                        command run, recall again, int status) override {
    const auto sent = in.header("idempotency-key").value_or("");
    if (sent.empty() || sent.size() > key_max || !is_printable(sent) || in.count("idempotency-key") != 1)
      co_return problem_of(errc::idempotency_key_required);
    const auto key = guards::keys() ? key_of(in, at->id, principal, sent) : new_uuid(0);
    const auto hash = request_hash(in);
    const auto known = keys_.arrive(key, hash, clock_.now());
    switch (known.what) {
    case idempotency_keys::arrival::answered: co_return replayed(known.known);
    case idempotency_keys::arrival::in_progress: co_return in_progress();
    case idempotency_keys::arrival::reused: co_return reused();
    case idempotency_keys::arrival::full: co_return unavailable();
    case idempotency_keys::arrival::first: break;
    }
    co_return co_await run_claimed(key, hash, std::move(at), std::move(run), std::move(again), status);
  }

private:
  boost::asio::awaitable<response> run_claimed(uuid key, sha256_hash hash, organisation::snapshot_ptr at,
                                               command run, recall again, int status) {
    claim mine{keys_, key};
    idempotency_row row;
    row.id = key;
    row.request_hash = hash;
    row.status = status;
    const auto now = clock_.now();
    row.at = now;
    auto answer = co_await run(std::move(row));
    if (answer) {
      keep(mine, {hash, status, *answer, now});
      co_return json_response(status, std::move(*answer));
    }
    // What is refused now may have been done before: by an earlier process, or so long ago that memory forgot
    // it. The money that is missing, or the place, may be the one that the first request took.
    auto earlier = co_await runtime::await_reply<order::stored_answer>(
        [this, key](reply<order::stored_answer> back) { stored_.find_answer(key, std::move(back)); });
    if (!earlier) co_return problem_of(earlier.error());
    if (earlier->status == 0) co_return problem_of(answer.error(), at->unit);
    if (earlier->request_hash != hash) co_return reused();
    if (again) {
      auto told = co_await again(*earlier);
      if (!told) co_return problem_of(told.error());
      earlier->answer = std::move(*told);
    }
    const idempotency_keys::answer first{hash, earlier->status, std::move(earlier->answer), earlier->at};
    keep(mine, first);
    co_return replayed(first);
  }

  void keep(claim& of, idempotency_keys::answer given) const {
    if (given.body.size() <= answer_bytes_max_) of.keep(std::move(given));
  }

  order::answers& stored_;
  const clock_source& clock_;
  std::size_t answer_bytes_max_;
  idempotency_keys keys_;
};

} // namespace

boost::asio::awaitable<response> idempotency::once_if_asked(request& in, organisation::snapshot_ptr at,
                                                            std::string principal, command run, recall again,
                                                            int status) {
  if (in.header("idempotency-key"))
    co_return co_await once(in, std::move(at), std::move(principal), std::move(run), std::move(again),
                            status);
  const auto unit = at->unit;
  idempotency_row not_kept;
  auto answer = co_await run(std::move(not_kept));
  if (!answer) co_return problem_of(answer.error(), unit);
  co_return json_response(status, std::move(*answer));
}

std::unique_ptr<idempotency> create_idempotency(order::answers& stored, const clock_source& clock,
                                                idempotency_limits limits) {
  return std::make_unique<keys_and_rows>(stored, clock, limits);
}

} // namespace foyer::http
