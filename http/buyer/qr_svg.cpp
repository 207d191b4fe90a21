#include "http/buyer/qr_svg.hpp"

#include "papers/qr.hpp"

namespace foyer::http::buyer {

std::string qr_svg(std::string_view text) {
  const auto code = papers::make_qr(text);
  if (code.size == 0) return {};
  const auto size = std::to_string(code.size + 2 * papers::quiet_zone);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + ' ' + size +
                    "\" shape-rendering=\"crispEdges\" role=\"img\"><rect width=\"" + size + "\" height=\"" +
                    size + "\" fill=\"#fff\"/><path fill=\"#000\" d=\"";
  papers::for_each_run(code, [&](int row, int column, int modules) {
    const auto length = std::to_string(modules);
    out += 'M' + std::to_string(column + papers::quiet_zone) + ' ' + std::to_string(row + papers::quiet_zone);
    out += 'h' + length + "v1h-" + length + 'z';
  });
  return out + "\"/></svg>\n";
}

} // namespace foyer::http::buyer
