#include "mail/mailbox.hpp"

#include "actors/vocabulary/id.hpp"
#include "mail/message/parse.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>

namespace foyer::mail {
namespace {

namespace fs = std::filesystem;
using mailer::mail_content;
using mailer::mail_summary;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<std::string> content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// The first 48 bits of a UUIDv7 are the milliseconds of its making (RFC 9562, section 5.7).
std::chrono::sys_time<std::chrono::milliseconds> time_of(const uuid& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms * 256 + id.bytes[i];
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
}

class folder_mailbox final : public mailer::mailbox {
public:
  explicit folder_mailbox(fs::path folder) : folder_(std::move(folder)), hub_(std::make_shared<hub>()) {}

  std::vector<mail_summary> list(const filter& wanted) override {
    std::vector<mail_summary> out;
    const auto wanted_to = lower(wanted.to);
    const auto wanted_text = lower(wanted.text);
    const std::lock_guard lock(mutex_);
    scan_once();
    for (auto each = entries_.rbegin(); each != entries_.rend() && out.size() < wanted.limit; ++each) {
      if (each->id <= wanted.after) break;
      const auto& summary = summary_of(*each);
      if (summary.id.empty()) continue;
      if (!wanted_to.empty() && lower(summary.to) != wanted_to) continue;
      if (!wanted_text.empty() && !contains(summary, wanted_text)) continue;
      out.push_back(summary);
    }
    return out;
  }

  std::optional<mail_content> read(std::string_view id) override {
    const auto parsed_id = parse_uuid(id);
    // Nothing but an id becomes part of a path.
    if (!parsed_id) return std::nullopt;
    const auto bytes = content_of(path_of(to_string(*parsed_id)));
    if (!bytes) return std::nullopt;
    auto parsed = parse(*bytes);
    if (!parsed) return std::nullopt;
    mail_content out;
    out.id = to_string(*parsed_id);
    out.to = std::move(parsed->to);
    out.subject = std::move(parsed->subject);
    out.created_at = time_of(*parsed_id);
    out.from = std::move(parsed->from);
    out.text = std::move(parsed->text);
    out.html = std::move(parsed->html);
    out.links = links_in(out.text);
    return out;
  }

  subscription subscribe(std::function<void()> changed) override {
    const std::lock_guard lock(hub_->mutex);
    const auto number = ++hub_->last;
    hub_->subscribers.emplace(number, std::move(changed));
    return {nullptr, [shared = hub_, number](void*) {
              const std::lock_guard inner(shared->mutex);
              shared->subscribers.erase(number);
            }};
  }

  void added(const std::string& id) override {
    {
      const std::lock_guard lock(mutex_);
      if (scanned_) insert(id);
    }
    const std::lock_guard lock(hub_->mutex);
    for (const auto& [number, changed] : hub_->subscribers) changed();
  }

private:
  struct entry {
    std::string id;
    std::optional<mail_summary> summary; // read at first need
  };
  struct hub {
    std::mutex mutex;
    std::uint64_t last = 0;
    std::map<std::uint64_t, std::function<void()>> subscribers;
  };

  fs::path path_of(const std::string& id) const { return folder_ / (id + ".eml"); }

  void scan_once() {
    if (scanned_) return;
    scanned_ = true;
    std::error_code error;
    std::vector<std::string> ids;
    for (const auto& file : fs::directory_iterator(folder_, error))
      if (file.path().extension() == ".eml" && parse_uuid(file.path().stem().string()))
        ids.push_back(file.path().stem().string());
    // UUIDv7 sort by time.
    std::sort(ids.begin(), ids.end());
    for (const auto& id : ids) insert(id);
  }

  void insert(const std::string& id) {
    if (!known_.insert(id).second) return;
    // A mail that was put off comes after younger ones; nearly always this is the end.
    auto at = entries_.end();
    while (at != entries_.begin() && std::prev(at)->id > id) --at;
    entries_.insert(at, entry{id, std::nullopt});
    if (entries_.size() > kept_max) {
      known_.erase(entries_.front().id);
      entries_.pop_front();
    }
  }

  const mail_summary& summary_of(entry& of) {
    if (!of.summary) {
      of.summary.emplace();
      const auto bytes = content_of(path_of(of.id));
      const auto parsed = bytes ? parse_headers(*bytes) : std::nullopt;
      if (parsed) *of.summary = {of.id, parsed->to, parsed->subject, time_of(*parse_uuid(of.id))};
    }
    return *of.summary;
  }

  bool contains(const mail_summary& summary, const std::string& wanted) {
    if (lower(summary.subject).find(wanted) != std::string::npos) return true;
    if (lower(summary.to).find(wanted) != std::string::npos) return true;
    const auto whole = read(summary.id);
    return whole && lower(whole->text).find(wanted) != std::string::npos;
  }

  fs::path folder_;
  std::mutex mutex_; // of what follows
  bool scanned_ = false;
  std::deque<entry> entries_; // oldest first
  std::set<std::string> known_;
  std::shared_ptr<hub> hub_;
};

} // namespace

std::shared_ptr<mailer::mailbox> create_mailbox(fs::path folder) {
  return std::make_shared<folder_mailbox>(std::move(folder));
}

} // namespace foyer::mail
