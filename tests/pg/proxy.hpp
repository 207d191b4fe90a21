#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace foyer::tests {

/// Stands between libpq and PostgreSQL's unix socket, and can hold back or cut what passes. Every member may
/// be called from any thread; what was asked for has happened when the call returns.
class proxy {
public:
  proxy();
  ~proxy();
  proxy(const proxy&) = delete;
  proxy& operator=(const proxy&) = delete;

  /// database_url() through this proxy.
  [[nodiscard]] std::string url() const;

  /// Keeps the server's answers on connections that exist now.
  void hold_answers();
  /// Cuts every connection that exists now, and drops what was held.
  void cut();
  /// Cuts a connection once this many more bytes have passed on it in one direction.
  void cut_after(std::uint64_t bytes, bool to_server);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace foyer::tests
