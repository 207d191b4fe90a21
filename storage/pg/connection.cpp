#include "storage/pg/connection.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <libpq-fe.h>

#include <array>
#include <utility>

namespace foyer::storage::pg {
namespace {

namespace asio = boost::asio;
using descriptor = asio::posix::stream_descriptor;

/// What every session needs. Plans must not depend on the first few values, and every plan is short enough
/// that compiling it costs more than it saves.
constexpr const char* session_settings =
    "-c plan_cache_mode=force_generic_plan -c jit=off -c timezone=UTC -c client_min_messages=warning";

/// The `options` of a connection string, to which ours are added.
std::string options_of(const std::string& url) {
  std::string out;
  if (auto* all = PQconninfoParse(url.c_str(), nullptr); all != nullptr) {
    for (auto* option = all; option->keyword != nullptr; ++option) {
      if (std::string_view{option->keyword} == "options" && option->val != nullptr) out = option->val;
    }
    PQconninfoFree(all);
  }
  return out;
}

/// libpq adds advice in further lines.
std::string first_line(std::string_view text) {
  return std::string{text.substr(0, text.find('\n'))};
}

class pipelined_connection final : public connection,
                                   public std::enable_shared_from_this<pipelined_connection> {
public:
  pipelined_connection(const asio::any_io_executor& on, listener& told)
      : listener_(&told), socket_(on), timer_(on) {}

  ~pipelined_connection() override { finish(); }

  void start(const connect_options& options) {
    const auto settings = options_of(options.url) + " " + session_settings + " " + options.settings;
    const std::array<const char*, 5> names{"dbname", "application_name", "options", "client_encoding",
                                           nullptr};
    const std::array<const char*, 5> values{options.url.c_str(), options.application_name.c_str(),
                                            settings.c_str(), "UTF8", nullptr};
    pg_ = PQconnectStartParams(names.data(), values.data(), 1);
    timer_.expires_after(options.deadline);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec && !self->open_) self->lose("the database did not answer in time");
    });
    // Even a failure that is known already is told later.
    asio::post(socket_.get_executor(),
               [self = shared_from_this()] { self->connect_step(PGRES_POLLING_WRITING); });
  }

  void prepare(const statement& which) override {
    if (usable() && PQsendPrepare(pg_, which.name, which.sql, 0, nullptr) == 0) lose_later();
  }

  void run(const statement& which, const params& with) override {
    if (!usable()) return;
    if (PQsendQueryPrepared(pg_, which.name, with.count(), with.values(), with.lengths(), with.formats(),
                            1) == 0)
      lose_later();
  }

  void run_once(const char* sql, const params& with) override {
    if (!usable()) return;
    if (PQsendQueryParams(pg_, sql, with.count(), nullptr, with.values(), with.lengths(), with.formats(),
                          1) == 0)
      lose_later();
  }

  void sync() override {
    if (!usable()) return;
    ++syncs_;
    if (PQpipelineSync(pg_) == 0) return lose_later();
    flush();
  }

  void close() override {
    listener_ = nullptr;
    finish();
  }

private:
  [[nodiscard]] bool usable() const noexcept { return pg_ != nullptr && open_; }

  void finish() {
    timer_.cancel();
    if (socket_.is_open()) {
      socket_.release(); // cancels what waits; libpq closes the socket
    }
    if (pg_ != nullptr) PQfinish(std::exchange(pg_, nullptr));
  }

  void lose(std::string_view why) {
    if (listener_ == nullptr) return;
    failure out;
    out.message = why;
    if (out.message.empty() && pg_ != nullptr) out.message = first_line(PQerrorMessage(pg_));
    finish();
    std::exchange(listener_, nullptr)->on_lost(out);
  }

  /// For failures inside a call of the owner, who does not expect an event before it returns.
  void lose_later() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->lose({}); });
  }

  // Connecting
  // ---------------------------------------------------------------------------------------------------

  void connect_step(PostgresPollingStatusType wanted) {
    if (listener_ == nullptr) return;
    if (pg_ == nullptr || PQstatus(pg_) == CONNECTION_BAD) return lose({});
    if (wanted == PGRES_POLLING_OK) return opened();
    if (wanted == PGRES_POLLING_FAILED) return lose({});
    // libpq may have gone on to another address, with another socket and perhaps the same number.
    if (socket_.is_open()) socket_.release();
    boost::system::error_code ec;
    socket_.assign(PQsocket(pg_), ec);
    if (ec) return lose(ec.message());
    socket_.async_wait(wanted == PGRES_POLLING_READING ? descriptor::wait_read : descriptor::wait_write,
                       [self = shared_from_this()](boost::system::error_code waited) {
                         if (waited || self->pg_ == nullptr) return;
                         self->connect_step(PQconnectPoll(self->pg_));
                       });
  }

  void opened() {
    timer_.cancel();
    if (PQsetnonblocking(pg_, 1) != 0 || PQenterPipelineMode(pg_) == 0) return lose({});
    open_ = true;
    wait_read();
    listener_->on_open();
  }

  // Reading and writing
  // ------------------------------------------------------------------------------------------

  void wait_read() {
    socket_.async_wait(descriptor::wait_read, [self = shared_from_this()](boost::system::error_code ec) {
      if (ec || self->pg_ == nullptr) return;
      self->readable();
    });
  }

  void readable() {
    const auto alive = PQconsumeInput(pg_) != 0;
    take_results();
    if (pg_ == nullptr) return; // closed by its owner meanwhile
    if (!alive || PQstatus(pg_) == CONNECTION_BAD) return lose({});
    flush(); // reading may have made room for writing
    if (pg_ != nullptr) wait_read();
  }

  /// Every result that has arrived whole. The owner may close the connection inside an event.
  void take_results() {
    while (pg_ != nullptr && syncs_ > 0 && PQisBusy(pg_) == 0) {
      auto* result = PQgetResult(pg_);
      if (result == nullptr) {
        if (PQstatus(pg_) == CONNECTION_BAD) return;
        continue; // between two statements
      }
      if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        --syncs_;
        listener_->on_sync();
      } else if (PQstatus(pg_) == CONNECTION_BAD) {
        PQclear(result); // the breakage itself, told by on_lost
        return;
      } else {
        listener_->on_result(rows{result});
      }
    }
    while (pg_ != nullptr) {
      auto* notify = PQnotifies(pg_);
      if (notify == nullptr) break;
      listener_->on_notification(notify->relname, notify->extra);
      PQfreemem(notify);
    }
  }

  void flush() {
    if (writing_) return;
    const auto state = PQflush(pg_);
    if (state < 0) return lose_later();
    if (state == 0) return;
    writing_ = true;
    socket_.async_wait(descriptor::wait_write, [self = shared_from_this()](boost::system::error_code ec) {
      self->writing_ = false;
      if (!ec && self->pg_ != nullptr) self->flush();
    });
  }

  listener* listener_;
  descriptor socket_;
  asio::steady_timer timer_; // of the attempt to connect
  PGconn* pg_ = nullptr;
  bool open_ = false;
  bool writing_ = false;
  int syncs_ = 0; // sent and not yet answered
};

} // namespace

std::shared_ptr<connection> open_connection(const asio::any_io_executor& on, const connect_options& options,
                                            connection::listener& told) {
  auto out = std::make_shared<pipelined_connection>(on, told);
  out->start(options);
  return out;
}

} // namespace foyer::storage::pg
