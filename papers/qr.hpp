#pragma once

#include <string_view>
#include <vector>

namespace foyer::papers {

/// A QR code: `size` rows of `size` modules, without its quiet zone.
struct qr_code {
  int size = 0;
  std::vector<bool> dark; // row by row

  [[nodiscard]] bool at(int row, int column) const {
    return dark[static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
                static_cast<std::size_t>(column)];
  }
};

/// What the standard asks for on each side, in modules.
inline constexpr int quiet_zone = 4;

/// The text as a QR code with error correction M, so that a creased print is still read. Size 0 when it is
/// too long for any code. Any thread.
qr_code make_qr(std::string_view text);

/// Calls `draw(row, column, length)` for each run of dark modules in a row: about half of what one call a
/// module would take.
template <class Draw>
void for_each_run(const qr_code& of, Draw draw) {
  for (int row = 0; row < of.size; ++row) {
    for (int column = 0; column < of.size;) {
      if (!of.at(row, column)) {
        ++column;
        continue;
      }
      int end = column;
      while (end < of.size && of.at(row, end)) ++end;
      draw(row, column, end - column);
      column = end;
    }
  }
}

} // namespace foyer::papers
