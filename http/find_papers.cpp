#include "http/find_papers.hpp"

#include "actors/runtime/ask.hpp"
#include "http/papers_of_orders.hpp"
#include "papers/account_paper.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

asio::awaitable<outcome<order::state>> load(paper_services& with, const organisation::snapshot& at,
                                            order_id which) {
  auto found = co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.house.orders.load_order(which, std::move(back)); });
  if (!found) co_return found.error();
  if (found->organisation != at.id) co_return errc::not_found;
  co_return found;
}

asio::awaitable<response> made_of(paper_services& with, const organisation::snapshot& at,
                                  papers::account_paper paper, std::string locale) {
  auto name = (paper.number.empty() ? paper.order_number : paper.number) + ".pdf";
  papers::job make = [paper = std::move(paper), from = papers::issuer_of(at), locale = std::move(locale)] {
    return papers::render(paper, from, locale);
  };
  co_return co_await pdf_response(with, std::move(make), std::move(name));
}

} // namespace

asio::awaitable<outcome<found_paper>> find_paper(paper_services& with, const organisation::snapshot& at,
                                                 std::string_view text) {
  const auto id = parse_uuid(text);
  if (!id) co_return errc::not_found;
  auto invoice = co_await load(with, at, order_id{*id});
  if (invoice && invoice->invoice_number == 0) co_return errc::not_found;
  if (invoice) co_return found_paper{std::move(*invoice), std::nullopt};
  if (invoice.error().code != errc::not_found) co_return invoice.error();
  auto which = co_await await_reply<order_id>(
      [&](reply<order_id> back) { with.records.find_credit_note(at.id, *id, std::move(back)); });
  if (!which) co_return which.error();
  auto of = co_await load(with, at, *which);
  if (!of) co_return of.error();
  for (const auto& each : of->credit_notes) {
    if (each.id != *id) continue;
    auto note = each;
    co_return found_paper{std::move(*of), std::move(note)};
  }
  co_return errc::not_found;
}

asio::awaitable<response> paper_pdf(paper_services& with, const organisation::snapshot& at,
                                    const found_paper& what, std::string client_address, std::string locale) {
  auto paper = what.note ? papers::credit_note_of(what.of, *what.note, std::move(client_address))
                         : papers::invoice_of(what.of, std::move(client_address));
  co_return co_await made_of(with, at, std::move(paper), std::move(locale));
}

asio::awaitable<response> receipt_pdf(paper_services& with, const organisation::snapshot& at,
                                      const order::state& of, std::string client_address,
                                      std::string locale) {
  auto paper = papers::receipt_of(of, std::move(client_address));
  co_return co_await made_of(with, at, std::move(paper), std::move(locale));
}

} // namespace foyer::http
