#include "storage/loaders/organisations.hpp"

#include "storage/loaders/query.hpp"

namespace foyer::storage {
namespace {

using organisation::snapshot;
using organisation::snapshot_ptr;

constexpr pg::statement organisation_by_slug{"organisation_by_slug",
                                             "select id, slug, name, currency, locale, settings, version, "
                                             "created_at from organisations where slug = $1"};
constexpr pg::statement organisation_by_id{"organisation_by_id",
                                           "select id, slug, name, currency, locale, settings, version, "
                                           "created_at from organisations where id = $1"};
constexpr pg::statement shops_by_slug{
    "shops_by_slug",
    "select s.id, s.slug, s.name, s.kind = 'box_office', s.customer_space_open, s.payment_methods, "
    "s.version, "
    "s.created_at from shops s join organisations o on o.id = s.organisation_id where o.slug = $1 "
    "order by s.created_at, s.id"};
constexpr pg::statement shops_by_organisation{
    "shops_by_organisation",
    "select id, slug, name, kind = 'box_office', customer_space_open, payment_methods, version, created_at "
    "from shops where organisation_id = $1 order by created_at, id"};

organisation::shop shop_of(const pg::rows& from, int row) {
  organisation::shop out;
  std::vector<std::string> methods;
  pg::row_reader{from, row}.into(out.id, out.slug, out.name, out.box_office, out.customer_space_open, methods,
                                 out.version, out.created_at);
  for (const auto& each : methods)
    if (const auto method = organisation::parse_payment_method(each)) out.payment_methods.push_back(*method);
  return out;
}

outcome<snapshot_ptr> snapshot_of(const pg::read_pool::all_rows& from) {
  if (from[0].size() == 0) return errc::not_found;
  auto out = std::make_shared<snapshot>();
  std::string unit;
  std::string settings;
  pg::row_reader{from[0], 0}.into(out->id, out->slug, out->name, unit, out->locale, settings, out->version,
                                  out->created_at);
  out->unit = currency::parse(unit).value_or(currency{});
  out->options = organisation::settings_from_json(settings);
  for (int row = 0; row < from[1].size(); ++row) out->shops.push_back(shop_of(from[1], row));
  return snapshot_ptr{std::move(out)};
}

class organisations final : public organisation::loader {
public:
  explicit organisations(pg::read_pool& from) : from_(from) {}

  void load_organisation(std::string slug, told<snapshot_ptr> done) override {
    read<snapshot_ptr>(from_, everywhere{"which tenant it is, is what is asked"},
                       queries(query(organisation_by_slug, slug), query(shops_by_slug, slug)),
                       std::move(done), snapshot_of);
  }
  void load_organisation(const organisation_id& id, told<snapshot_ptr> done) override {
    read<snapshot_ptr>(from_, within{id},
                       queries(query(organisation_by_id, id), query(shops_by_organisation, id)),
                       std::move(done), snapshot_of);
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<organisation::loader> create_organisation_loader(pg::read_pool& from) {
  return std::make_unique<organisations>(from);
}

} // namespace foyer::storage
