#include "http/buyer/qr_svg.hpp"

#include <qrencode.h>

#include <memory>

namespace foyer::http::buyer {
namespace {

constexpr int quiet_zone = 4; // modules, as the standard asks for

struct free_code {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using code_ptr = std::unique_ptr<QRcode, free_code>;

// One rectangle per run of dark modules in a row: about half of what one per module takes.
void append_row(std::string& path, const QRcode& code, int row) {
  const auto dark = [&](int column) { return (code.data[row * code.width + column] & 1U) != 0; };
  for (int column = 0; column < code.width;) {
    if (!dark(column)) {
      ++column;
      continue;
    }
    int end = column;
    while (end < code.width && dark(end)) ++end;
    const auto length = std::to_string(end - column);
    path += 'M' + std::to_string(column + quiet_zone) + ' ' + std::to_string(row + quiet_zone);
    path += 'h' + length + "v1h-" + length + 'z';
    column = end;
  }
}

} // namespace

std::string qr_svg(std::string_view text) {
  const std::string bytes{text};
  const code_ptr code{QRcode_encodeString(bytes.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1)};
  if (!code) return {};
  const auto size = std::to_string(code->width + 2 * quiet_zone);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + ' ' + size +
                    "\" shape-rendering=\"crispEdges\" role=\"img\"><rect width=\"" + size + "\" height=\"" +
                    size + "\" fill=\"#fff\"/><path fill=\"#000\" d=\"";
  for (int row = 0; row < code->width; ++row) append_row(out, *code, row);
  return out + "\"/></svg>\n";
}

} // namespace foyer::http::buyer
