#include "http/client_services.hpp"

#include "actors/runtime/ask.hpp"

namespace foyer::http {

boost::asio::awaitable<outcome<done>> write_client_rows(client_services& with, commit rows) {
  co_return co_await runtime::await_reply<done>([&](reply<done> back) {
    with.journal.append(std::move(rows), [back](const commit_outcome& told) {
      switch (told.status) {
      case commit_status::committed: return back(done{});
      case commit_status::lost: return back(errc::unavailable);
      case commit_status::stale: return back(errc::not_found);
      case commit_status::conflict: return back(refusal{errc::conflict, told.constraint});
      case commit_status::rejected: return back(refusal{errc::internal, told.constraint + told.detail});
      }
    });
  });
}

} // namespace foyer::http
