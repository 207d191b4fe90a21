#include "mail/smtp_verdict.hpp"
#include "mail/transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <set>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace foyer::mail {
namespace {

using config::starttls_mode;

struct curl_deleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct list_deleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// libcurl wants to be prepared once, before threads use it.
void prepare_library() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

/// What one attempt reads, and what it learns of the dialogue.
struct attempt {
  std::string_view unread;
  smtp_phase phase = smtp_phase::connecting;
  int code = 0;
  std::string answer;
  bool leaving = false;

  void command(std::string_view line) {
    // libcurl says goodbye after a failure; what counts is what was said before.
    leaving = line.starts_with("QUIT");
    if (leaving) return;
    if (line.starts_with("MAIL"))
      phase = smtp_phase::envelope;
    else if (line.starts_with("RCPT"))
      phase = smtp_phase::recipient;
    else if (line.starts_with("DATA"))
      phase = smtp_phase::content;
    code = 0;
    answer.clear();
  }

  void answered(std::string_view line) {
    if (leaving) return;
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    const auto digit = [&](std::size_t at) { return line[at] >= '0' && line[at] <= '9'; };
    if (line.size() < 3 || !digit(0) || !digit(1) || !digit(2)) return;
    code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    answer = line;
  }
};

std::size_t read_message(char* into, std::size_t size, std::size_t count, void* user) {
  auto& mine = *static_cast<attempt*>(user);
  const auto length = std::min(size * count, mine.unread.size());
  std::memcpy(into, mine.unread.data(), length);
  mine.unread.remove_prefix(length);
  return length;
}

/// The dialogue itself: libcurl's own result does not tell which command was refused, nor with what words.
int overhear(CURL*, curl_infotype kind, char* data, std::size_t size, void* user) {
  auto& mine = *static_cast<attempt*>(user);
  if (kind == CURLINFO_HEADER_OUT)
    mine.command({data, size});
  else if (kind == CURLINFO_HEADER_IN)
    mine.answered({data, size});
  return 0;
}

int watch(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(user)->load() ? 1 : 0;
}

/// The sockets of one handle. libcurl ends a kept connection with QUIT and waits two minutes for the answer,
/// whatever deadlines were set; a stop must not wait for a server that is mute.
class open_sockets {
public:
  static int opened(void* user, curl_socket_t socket, curlsocktype) {
    static_cast<open_sockets*>(user)->sockets_.insert(socket);
    return CURL_SOCKOPT_OK;
  }
  static int close(void* user, curl_socket_t socket) {
    static_cast<open_sockets*>(user)->sockets_.erase(socket);
    return ::close(socket);
  }
  /// Whatever is said from now on fails at once.
  void hang_up() const {
    for (const auto socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }

private:
  std::set<curl_socket_t> sockets_;
};

/// OpenSSL writes to sockets in a way that raises SIGPIPE when the other side is gone, and libcurl leaves
/// signals alone as told (CURLOPT_NOSIGNAL, which programs with threads need).
void refuse_broken_pipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

class smtp_transport final : public transport {
public:
  smtp_transport(smtp_options options, std::shared_ptr<std::atomic<bool>> cancel)
      : options_(std::move(options)), cancel_(std::move(cancel)) {
    prepare_library();
    refuse_broken_pipes();
    handle_.reset(curl_easy_init());
    if (!handle_) throw std::runtime_error("libcurl gives no handle");
    CURL* h = handle_.get();
    // The name for EHLO is the path of libcurl's SMTP addresses.
    std::string url = options_.url;
    const auto scheme_end = url.find("://");
    const auto slash = url.find('/', scheme_end == std::string::npos ? 0 : scheme_end + 3);
    if (slash == std::string::npos || slash + 1 == url.size())
      url = url.substr(0, slash) + "/" + (options_.helo.empty() ? "localhost" : options_.helo);
    curl_easy_setopt(h, CURLOPT_URL, url.c_str());
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_deadline.count()));
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.send_deadline.count()));
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(options_.send_deadline).count();
    curl_easy_setopt(h, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(seconds));
    curl_easy_setopt(h, CURLOPT_SOCKOPTFUNCTION, &open_sockets::opened);
    curl_easy_setopt(h, CURLOPT_SOCKOPTDATA, &sockets_);
    curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, &open_sockets::close);
    curl_easy_setopt(h, CURLOPT_CLOSESOCKETDATA, &sockets_);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, read_message);
    curl_easy_setopt(h, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, overhear);
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, error_.data());
    set_tls();
    if (cancel_) {
      curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, watch);
      curl_easy_setopt(h, CURLOPT_XFERINFODATA, cancel_.get());
    }
  }

  ~smtp_transport() override { sockets_.hang_up(); }

  mailer::delivery deliver(const std::string&, const encoded_message& message) override {
    CURL* h = handle_.get();
    attempt mine;
    mine.unread = message.bytes;
    const std::unique_ptr<curl_slist, list_deleter> recipients(
        curl_slist_append(nullptr, ("<" + message.envelope_to + ">").c_str()));
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, ("<" + message.envelope_from + ">").c_str());
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(h, CURLOPT_READDATA, &mine);
    curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.bytes.size()));
    curl_easy_setopt(h, CURLOPT_DEBUGDATA, &mine);
    error_[0] = '\0';
    const CURLcode result = curl_easy_perform(h);
    // Closing a kept connection later must not write into this attempt.
    curl_easy_setopt(h, CURLOPT_DEBUGDATA, &idle_);
    if (result == CURLE_OK) return {mailer::verdict::sent, {}};
    const std::string error = error_[0] != '\0' ? error_.data() : curl_easy_strerror(result);
    return judge({mine.phase, mine.code, mine.answer, error});
  }

private:
  void set_tls() {
    CURL* h = handle_.get();
    const bool required = options_.starttls == starttls_mode::required;
    const bool off = options_.starttls == starttls_mode::off;
    const long level = off ? CURLUSESSL_NONE : required ? CURLUSESSL_ALL : CURLUSESSL_TRY;
    curl_easy_setopt(h, CURLOPT_USE_SSL, level);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    // smtps:// always has TLS, whatever STARTTLS is set to, and is always checked.
    const bool implicit = options_.url.starts_with("smtps");
    const bool checked = implicit || options_.starttls != starttls_mode::opportunistic;
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, checked ? 1L : 0L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, checked ? 2L : 0L);
  }

  smtp_options options_;
  std::shared_ptr<std::atomic<bool>> cancel_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  attempt idle_;
  open_sockets sockets_;
  std::unique_ptr<CURL, curl_deleter> handle_; // last: its end still calls back into the others
};

} // namespace

std::unique_ptr<transport> create_smtp_transport(smtp_options options,
                                                 std::shared_ptr<std::atomic<bool>> cancel) {
  return std::make_unique<smtp_transport>(std::move(options), std::move(cancel));
}

} // namespace foyer::mail
