#include "papers/qr.hpp"

#include <qrencode.h>

#include <memory>
#include <string>

namespace foyer::papers {

qr_code make_qr(std::string_view text) {
  struct free_code {
    void operator()(QRcode* code) const { QRcode_free(code); }
  };
  const std::string bytes{text};
  const std::unique_ptr<QRcode, free_code> made{
      QRcode_encodeString(bytes.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1)};
  qr_code out;
  if (!made) return out;
  out.size = made->width;
  const auto count = static_cast<std::size_t>(made->width) * static_cast<std::size_t>(made->width);
  out.dark.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.dark.push_back((made->data[i] & 1U) != 0);
  return out;
}

} // namespace foyer::papers
