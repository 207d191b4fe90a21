#pragma once

#include <string>
#include <string_view>

// What ICU does for us with text. Everything takes and gives UTF-8; what is not UTF-8 becomes U+FFFD. Any
// thread.

namespace foyer {

/// Unicode's composed form (UAX #15), in which the same text has the same bytes.
std::string nfc(std::string_view text);
/// For comparing without regard to case: full case folding, then NFC.
std::string fold_case(std::string_view text);
/// Latin letters without accents in lower case, other scripts spelled in Latin letters: "Éloïse Müller" gives
/// "eloise muller". Only a-z, 0-9 and single spaces are left.
std::string fold_to_ascii(std::string_view text);
/// Without white space (also of Unicode) at both ends.
std::string trimmed(std::string_view text);

} // namespace foyer
