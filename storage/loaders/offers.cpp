#include "actors/offer/offers.hpp"

#include "storage/loaders/read.hpp"

#include <stdexcept>

namespace foyer::storage {
namespace {

constexpr pg::statement load_offer_sql{"load_offer", R"sql(
select o.organisation_id, o.version, o.details, o.shops, o.capacity, o.archived, o.created_at, s.sold, s.held
from offers o join offer_stock s on s.offer_id = o.id where o.id = $1
)sql"};

constexpr pg::statement list_offers_sql{"list_offers", R"sql(
select id from offers
where organisation_id = $1 and ($2::text is null or ($2 = any (shops) and not archived))
order by id
)sql"};

class offer_loader final : public offer::loader {
public:
  explicit offer_loader(read_pool_ptr from) : from_(std::move(from)) {}

  void load_offer(const offer_id& of, std::function<void(outcome<offer::state>)> done) override {
    read<offer::state>(
        from_, everywhere{"an offer is asked for by its id alone"}, ask_for(load_offer_sql, of),
        std::move(done), [of](const pg::rows& rows) {
          offer::state out;
          out.id = of;
          if (rows.size() == 0) return out;
          pg::row_reader row{rows, 0};
          row.into(out.organisation, out.version);
          auto what = offer::from_json(row.next<std::string>());
          if (!what)
            throw std::logic_error("details of offer " + to_string(of) + " are not what was written");
          row.into(what->shops, what->capacity, what->archived, out.created_at, out.sold, out.held);
          out.what = std::make_shared<const offer::details>(std::move(*what));
          return out;
        });
  }

  void list_offers(const organisation_id& of, std::string shop,
                   std::function<void(outcome<std::vector<offer_id>>)> done) override {
    read<std::vector<offer_id>>(from_, within{of}, ask_for(list_offers_sql, of, pg::none_if_empty(shop)),
                                std::move(done), [](const pg::rows& rows) {
                                  std::vector<offer_id> out;
                                  for (int i = 0; i < rows.size(); ++i)
                                    out.push_back(pg::row_reader{rows, i}.next<offer_id>());
                                  return out;
                                });
  }

private:
  read_pool_ptr from_;
};

} // namespace

std::unique_ptr<offer::loader> create_offer_loader(read_pool_ptr from) {
  return std::make_unique<offer_loader>(std::move(from));
}

} // namespace foyer::storage
