#include "cli/log.hpp"

#include "http/json/writer.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace foyer::cli {
namespace {

// spdlog's patterns do not escape: a quote or a line end in a message would break the JSON, or forge a line.
class escaped_message final : public spdlog::custom_flag_formatter {
public:
  explicit escaped_message(bool quoted) : quoted_(quoted) {}

  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string_view text{message.payload.data(), message.payload.size()};
    std::string safe;
    http::json::append_quoted(safe, text);
    const auto shown = quoted_ ? std::string_view{safe} : std::string_view{safe}.substr(1, safe.size() - 2);
    if (quoted_ || text.find_first_of("\n\r\x1b") != std::string_view::npos)
      out.append(shown.data(), shown.data() + shown.size());
    else
      out.append(text.data(), text.data() + text.size());
  }

  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<escaped_message>(quoted_);
  }

private:
  bool quoted_;
};

spdlog::level::level_enum level_of(config::log_level level) {
  switch (level) {
  case config::log_level::debug: return spdlog::level::debug;
  case config::log_level::info: return spdlog::level::info;
  case config::log_level::warn: return spdlog::level::warn;
  case config::log_level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

} // namespace

void start_log(const config::log_settings& settings) {
  auto logger = std::make_shared<spdlog::logger>("foyer", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  const bool json = settings.format == config::log_format::json;
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<escaped_message>('*', json);
  formatter->set_pattern(json ? R"({"at":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})"
                              : "%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  logger->set_formatter(std::move(formatter));
  logger->set_level(level_of(settings.level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

} // namespace foyer::cli
