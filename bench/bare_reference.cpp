#include "bench/bare_handler.hpp"
#include "bench/failure.hpp"
#include "bench/http_call.hpp"

#include <charconv>
#include <fstream>
#include <thread>

namespace foyer::bench {

namespace {

constexpr auto start_limit = std::chrono::seconds{10};

// The answer as it would be on a connection that stays: without the line that ends it.
std::string kept_alive(const http_answer& answer) {
  std::string bytes = answer.head;
  for (const char* line : {"\r\nConnection: close", "\r\nconnection: close"})
    if (const auto at = bytes.find(line); at != std::string::npos)
      bytes.erase(at, std::string_view{line}.size());
  return bytes + "\r\n\r\n" + answer.body;
}

} // namespace

bare_reference::bare_reference(const server_address& server, const std::vector<std::string>& targets,
                               const std::string& token, const std::filesystem::path& folder) {
  std::vector<recorded_answer> answers;
  for (const auto& target : targets) {
    const auto answer = http_call(server, "GET", target, token);
    if (answer.status != 200)
      throw failure{"GET " + target + " was answered " + std::to_string(answer.status)};
    answers.push_back({target, kept_alive(answer)});
  }
  const auto file = folder / "answers";
  const auto output = folder / "bare.log";
  write_answers(file, answers);
  handler_ = std::make_unique<child_process>(
      std::vector<std::string>{"/proc/self/exe", std::string{bare_handler_flag}, file.string()}, output);
  const auto until = std::chrono::steady_clock::now() + start_limit;
  for (;;) {
    const auto text = tail_of(output);
    if (text.find('\n') != std::string::npos)
      if (std::from_chars(text.data(), text.data() + text.size(), address_.port).ec == std::errc{}) break;
    if (handler_->poll() || std::chrono::steady_clock::now() > until)
      throw failure{"the bare handler does not start: " + text};
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  address_.host = "127.0.0.1";
  // The same bytes in the request, too.
  address_.host_header = server.host_header;
}

void write_answers(const std::filesystem::path& file, const std::vector<recorded_answer>& answers) {
  std::ofstream out{file, std::ios::binary};
  for (const auto& each : answers)
    out << each.target << ' ' << each.bytes.size() << '\n' << each.bytes << '\n';
  if (!out.flush()) throw failure{"cannot write " + file.string()};
}

} // namespace foyer::bench
