#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using household::participant;
using household::participation;
using household::presence;

constexpr pg::statement households_tagged{"households_tagged", R"sql(
select id from households where organisation_id = $1 and id > $3 and $2 = any(tags) order by id limit $4::bigint
)sql"};

constexpr pg::statement skills_of_household{"skills_of_household", R"sql(
select organisation_id, id, household_id, member_id, name, note, valid_until, created_at
from skills where household_id = $1 order by id
)sql"};

constexpr pg::statement cards_of_household{"cards_of_household", R"sql(
select organisation_id, id, household_id, member_id, holder, title, offer_id, order_id, line_position, place, number,
  valid_from, valid_until, cancelled, created_at
from membership_cards where household_id = $1 order by id desc
)sql"};

constexpr pg::statement documents_of_household{"documents_of_household", R"sql(
select organisation_id, id, household_id, member_id, name, media_type, kind, year, size, hash, shown, complete, created_by,
  created_at
from documents where household_id = $1 and complete order by id desc
)sql"};

constexpr pg::statement document_part{"document_part", R"sql(
select bytes from document_parts where organisation_id = $1 and document_id = $2 and position = $3
)sql"};

// The n-th ticket of a line is of its n-th member. Tickets are younger than their offer, whose id tells its
// age.
constexpr pg::statement participants_of_offer{"participants_of_offer", R"sql(
with place as (
  select t.*, row_number() over (partition by t.order_id, t.line_position order by t.position) as nth
  from tickets t where t.organisation_id = $1 and t.offer_id = $2 and t.id > $2)
select p.order_id, o.number, p.position, p.id, o.household_id, h.number, m.id,
  coalesce(m.first_name, nullif(p.holder, ''), o.buyer_first_name),
  coalesce(m.last_name, case when p.holder is null or p.holder = '' then o.buyer_last_name end),
  m.birth_date, coalesce(m.email, h.email, o.buyer_email), coalesce(m.phone, h.phone), p.status, o.status, e.kind, e.reason,
  l.title, o.created_at
from place p
join orders o on o.id = p.order_id and o.organisation_id = $1
join order_lines l on l.order_id = p.order_id and l.position = p.line_position
left join members m on m.id = l.member_ids[p.nth] and m.organisation_id = $1
left join households h on h.id = o.household_id and h.organisation_id = $1
left join hand_enrolments e on e.order_id = p.order_id and e.organisation_id = $1
where p.status <> 3
order by lower(coalesce(m.last_name, o.buyer_last_name)), lower(coalesce(m.first_name, o.buyer_first_name)), p.id
limit $3::bigint
)sql"};

constexpr pg::statement presences_of_offer{"presences_of_offer", R"sql(
select a.order_id, a.position, a.day, a.present, a.at
from attendances a join tickets t on t.order_id = a.order_id and t.position = a.position
where a.organisation_id = $1 and t.organisation_id = $1 and t.offer_id = $2
order by a.day, a.order_id, a.position
)sql"};

constexpr pg::statement open_courses{"open_courses", R"sql(
select id from offers where organisation_id = $1 and auto_enrol and not archived order by id
)sql"};

constexpr pg::statement courses_joined{"courses_joined", R"sql(
select l.offer_id from orders o
join hand_enrolments e on e.order_id = o.id and e.kind = 'open_course'
join order_lines l on l.order_id = o.id
where o.household_id = $1
)sql"};

skill_row read_skill(const pg::rows& from, int row) {
  skill_row out;
  pg::row_reader{from, row}.into(out.organisation, out.id, out.household, out.member, out.name, out.note,
                                 out.valid_until, out.at);
  return out;
}

card_row read_card(const pg::rows& from, int row) {
  card_row out;
  pg::row_reader{from, row}.into(out.organisation, out.id, out.household, out.member, out.holder, out.title,
                                 out.offer, out.order, out.line_position, out.place, out.number,
                                 out.valid_from, out.valid_until, out.cancelled, out.at);
  return out;
}

document_row read_document(const pg::rows& from, int row) {
  document_row out;
  pg::row_reader{from, row}.into(out.organisation, out.id, out.household, out.member, out.name,
                                 out.media_type, out.kind, out.year, out.size, out.hash, out.shown,
                                 out.complete, out.by, out.at);
  return out;
}

participant read_participant(const pg::rows& from, int row) {
  participant out;
  pg::row_reader{from, row}.into(out.order, out.order_number, out.position, out.ticket, out.household,
                                 out.household_number, out.member, out.first_name, out.last_name,
                                 out.birth_date, out.email, out.phone, out.status, out.order_status,
                                 out.enrolment, out.reason, out.title, out.at);
  return out;
}

presence read_presence(const pg::rows& from, int row) {
  presence out;
  pg::row_reader{from, row}.into(out.order, out.position, out.day, out.present, out.at);
  return out;
}

template <class Row>
std::vector<Row> all_of(const pg::rows& from, Row (*read_one)(const pg::rows&, int)) {
  std::vector<Row> out;
  out.reserve(static_cast<std::size_t>(from.size()));
  for (int row = 0; row < from.size(); ++row) out.push_back(read_one(from, row));
  return out;
}

template <class Id>
outcome<std::vector<Id>> ids_in(const all_rows& from) {
  std::vector<Id> out;
  for (int row = 0; row < from[0].size(); ++row) out.push_back(pg::row_reader{from[0], row}.next<Id>());
  return out;
}

class client_files final : public household::files {
public:
  explicit client_files(pg::read_pool& from) : from_(from) {}

  void find_tagged(const organisation_id& at, std::string tag, const household_id& after, int limit,
                   told<std::vector<household_id>> done) override {
    auto asked = query(households_tagged, at, tag, after, static_cast<std::int64_t>(limit));
    read<std::vector<household_id>>(from_, within{at}, queries(std::move(asked)), std::move(done),
                                    ids_in<household_id>);
  }

  void list_skills(const organisation_id& at, const household_id& of,
                   told<std::vector<skill_row>> done) override {
    list(skills_of_household, at, of, std::move(done), read_skill);
  }
  void list_cards(const organisation_id& at, const household_id& of,
                  told<std::vector<card_row>> done) override {
    list(cards_of_household, at, of, std::move(done), read_card);
  }
  void list_documents(const organisation_id& at, const household_id& of,
                      told<std::vector<document_row>> done) override {
    list(documents_of_household, at, of, std::move(done), read_document);
  }

  void read_part(const organisation_id& at, const uuid& document, int position,
                 told<std::string> done) override {
    auto asked = query(document_part, at, document, position);
    read<std::string>(from_, within{at}, queries(std::move(asked)), std::move(done),
                      [](const all_rows& got) -> outcome<std::string> {
                        if (got[0].size() == 0) return std::string{};
                        return std::string{got[0].raw(0, 0).value_or("")};
                      });
  }

  void list_participants(const organisation_id& at, const offer_id& of, told<participation> done) override {
    constexpr auto most = static_cast<std::int64_t>(household::participants_max);
    auto people = query(participants_of_offer, at, of, most + 1);
    auto days = query(presences_of_offer, at, of);
    read<participation>(from_, within{at}, queries(std::move(people), std::move(days)), std::move(done),
                        [](const all_rows& got) -> outcome<participation> {
                          participation out;
                          out.people = all_of(got[0], read_participant);
                          out.presences = all_of(got[1], read_presence);
                          out.more = out.people.size() > static_cast<std::size_t>(most);
                          if (out.more) out.people.pop_back();
                          return out;
                        });
  }

  void list_open_courses(const organisation_id& at, told<std::vector<offer_id>> done) override {
    read<std::vector<offer_id>>(from_, within{at}, queries(query(open_courses, at)), std::move(done),
                                ids_in<offer_id>);
  }

  void list_joined(const organisation_id& at, const household_id& of,
                   told<std::vector<offer_id>> done) override {
    read<std::vector<offer_id>>(from_, within{at}, queries(query(courses_joined, of)), std::move(done),
                                ids_in<offer_id>);
  }

private:
  template <class Row>
  void list(const pg::statement& what, const organisation_id& at, const household_id& of,
            told<std::vector<Row>> done, Row (*read_one)(const pg::rows&, int)) {
    read<std::vector<Row>>(
        from_, within{at}, queries(query(what, of)), std::move(done),
        [read_one](const all_rows& got) -> outcome<std::vector<Row>> { return all_of(got[0], read_one); });
  }

  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<household::files> create_client_files(pg::read_pool& from) {
  return std::make_unique<client_files>(from);
}

} // namespace foyer::storage
