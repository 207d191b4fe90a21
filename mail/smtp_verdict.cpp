#include "mail/smtp_verdict.hpp"

#include "mail/message/header.hpp"

namespace foyer::mail {

mailer::delivery judge(const smtp_end& end) {
  // Servers may answer at any length; staff read the beginning.
  constexpr std::size_t detail_max = 300;
  auto detail = one_line((end.answer.empty() ? end.error : end.answer).substr(0, detail_max));

  const bool wants_login = end.code >= 530 && end.code <= 538;
  if (end.phase == smtp_phase::connecting || end.code == 421 || wants_login)
    return {mailer::verdict::transport_down, std::move(detail)};
  if (end.code >= 500 && end.code <= 599)
    return {mailer::verdict::refused, std::move(detail), end.phase == smtp_phase::recipient};
  return {mailer::verdict::try_later, std::move(detail)};
}

} // namespace foyer::mail
