#include "http/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace foyer::http {
namespace {

void append_number(std::string& out, double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

void append_line(std::string& out, std::string_view name, std::string_view labels, std::string_view number) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(number).append("\n");
}

/// Series of one name must stand together under one HELP and TYPE, whatever the order they were added in.
struct family {
  std::string_view help;
  std::string_view type;
  std::string lines;
};

template <class Series>
auto find(Series& all, std::string_view name, std::string_view labels) {
  return std::find_if(all.begin(), all.end(),
                      [&](const auto& each) { return each.name == name && each.labels == labels; });
}

} // namespace

void histogram::observe_us(std::uint64_t microseconds) noexcept {
  const auto bound = std::lower_bound(bounds_us.begin(), bounds_us.end(), microseconds);
  buckets_[static_cast<std::size_t>(bound - bounds_us.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(microseconds, std::memory_order_relaxed);
}

void histogram::append_to(std::string& out, std::string_view name, std::string_view labels) const {
  const std::string bucket_name = std::string(name) + "_bucket";
  const std::string separator = labels.empty() ? "" : ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    total += buckets_[i].load(std::memory_order_relaxed);
    std::string bucket_labels = std::string(labels) + separator + "le=\"";
    if (i < bounds_us.size()) {
      append_number(bucket_labels, static_cast<double>(bounds_us[i]) / 1e6);
    } else {
      bucket_labels += "+Inf";
    }
    bucket_labels += '"';
    append_line(out, bucket_name, bucket_labels, std::to_string(total));
  }
  std::string sum;
  append_number(sum, static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6);
  append_line(out, std::string(name) + "_sum", labels, sum);
  append_line(out, std::string(name) + "_count", labels, std::to_string(total));
}

counter& metrics::add_counter(std::string_view name, std::string_view help, std::string_view labels) {
  const std::lock_guard lock(mutex_);
  if (const auto known = find(counters_, name, labels); known != counters_.end()) return known->value;
  auto& added = counters_.emplace_back();
  added.name = name;
  added.help = help;
  added.labels = labels;
  return added.value;
}

histogram& metrics::add_histogram(std::string_view name, std::string_view help, std::string_view labels) {
  const std::lock_guard lock(mutex_);
  if (const auto known = find(histograms_, name, labels); known != histograms_.end()) return known->value;
  auto& added = histograms_.emplace_back();
  added.name = name;
  added.help = help;
  added.labels = labels;
  return added.value;
}

void metrics::add_gauge(std::string_view name, std::string_view help, std::function<double()> read,
                        std::string_view labels) {
  const std::lock_guard lock(mutex_);
  if (const auto known = find(gauges_, name, labels); known != gauges_.end()) {
    known->value = std::move(read);
    return;
  }
  auto& added = gauges_.emplace_back();
  added.name = name;
  added.help = help;
  added.labels = labels;
  added.value = std::move(read);
}

std::string metrics::exposition() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string_view, family> families;
  for (const auto& each : counters_) {
    auto& to = families[each.name];
    to.help = each.help;
    to.type = "counter";
    append_line(to.lines, each.name, each.labels, std::to_string(each.value.value()));
  }
  for (const auto& each : gauges_) {
    auto& to = families[each.name];
    to.help = each.help;
    to.type = "gauge";
    std::string number;
    append_number(number, each.value());
    append_line(to.lines, each.name, each.labels, number);
  }
  for (const auto& each : histograms_) {
    auto& to = families[each.name];
    to.help = each.help;
    to.type = "histogram";
    each.value.append_to(to.lines, each.name, each.labels);
  }
  std::string out;
  for (const auto& [name, of] : families) {
    out.append("# HELP ").append(name).append(" ").append(of.help).append("\n");
    out.append("# TYPE ").append(name).append(" ").append(of.type).append("\n").append(of.lines);
  }
  return out;
}

} // namespace foyer::http
