#include "bench/response_parser.hpp"

#include <algorithm>
#include <charconv>

namespace foyer::bench {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + ('a' - 'A')) : x) == y;
         });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

} // namespace

response_parser::result response_parser::consume(std::string_view bytes, std::size_t& used) {
  used = 0;
  if (!in_body_) {
    std::size_t head_size = 0;
    if (head_.empty()) {
      const auto end = bytes.find(head_end);
      if (end != std::string_view::npos) {
        head_size = end + head_end.size();
        if (!parse_head(bytes.substr(0, head_size))) return result::broken;
        used = head_size;
      }
    }
    if (!in_body_) {
      // The head came in pieces: collect it, looking again at the last bytes, where its end may be split.
      const auto before = head_.size();
      head_.append(bytes);
      const auto from = before < head_end.size() ? 0 : before - head_end.size();
      const auto end = head_.find(head_end, from);
      if (end == std::string::npos) {
        used = bytes.size();
        return head_.size() > head_max ? result::broken : result::need_more;
      }
      head_size = end + head_end.size();
      used = head_size - before;
      if (!parse_head(std::string_view{head_}.substr(0, head_size))) return result::broken;
    }
  }
  const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size() - used));
  if (body_start_.size() < body_start_max)
    body_start_.append(bytes.substr(used, std::min(take, body_start_max - body_start_.size())));
  used += take;
  body_left_ -= take;
  return body_left_ == 0 ? result::complete : result::need_more;
}

void response_parser::next() {
  head_.clear();
  body_start_.clear();
  in_body_ = false;
  content_length_ = 0;
  body_left_ = 0;
  status_ = 0;
  closes_ = false;
  says_when_to_retry_ = false;
  retry_after_ = {};
}

bool response_parser::parse_head(std::string_view head) {
  const auto line_end = head.find("\r\n");
  const auto status_line = head.substr(0, line_end);
  // "HTTP/1.1 200" is the least there can be.
  if (status_line.size() < 12 || !status_line.starts_with("HTTP/1.") || status_line[8] != ' ') return false;
  if (!parse_whole(status_line.substr(9, 3), status_) || status_ < 200 || status_ > 599) return false;
  closes_ = status_line[7] == '0';
  bool has_length = false;
  auto rest = head.substr(line_end + 2);
  while (rest.size() > 2) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (equal_ignoring_case(name, "content-length")) {
      if (has_length || !parse_whole(value, content_length_)) return false;
      has_length = true;
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
      return false;
    } else if (equal_ignoring_case(name, "connection")) {
      if (equal_ignoring_case(value, "close")) closes_ = true;
    } else if (equal_ignoring_case(name, "retry-after")) {
      says_when_to_retry_ = !value.empty();
      std::uint32_t seconds = 0;
      if (parse_whole(value, seconds)) retry_after_ = std::chrono::seconds{seconds};
    }
  }
  const bool has_no_body = status_ == 204 || status_ == 304;
  if (has_no_body) content_length_ = 0;
  if (!has_no_body && !has_length) return false;
  body_left_ = content_length_;
  in_body_ = true;
  return true;
}

} // namespace foyer::bench
