#include "actors/imports/imports.hpp"

#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using imports::line_page;

constexpr pg::statement imports_of_organisation{"imports_of_organisation", R"sql(
select organisation_id, id, version, phase, details, units_done, content, created_by, created_at, finished_at
from imports where organisation_id = $1 and ($2::uuid is null or id < $2) and ($3::uuid is null or id = $3)
order by id desc limit $4::bigint
)sql"};
constexpr pg::statement open_imports{"open_imports", R"sql(
select organisation_id, id, version, phase, details, units_done, content, created_by, created_at, finished_at
from imports where phase in ('checking', 'creating') order by id
)sql"};
constexpr pg::statement part_of_import{
    "part_of_import", "select bytes from import_parts where import_id = $1 and position = $2::bigint"};
constexpr pg::statement lines_of_import{"lines_of_import", R"sql(
select line, problems, cells from import_lines where import_id = $1 and line > $2::bigint order by line limit $3::bigint
)sql"};
// Two searches, each by its own index.
constexpr pg::statement known_clients{"known_clients", R"sql(
select id, number, email_key from households where organisation_id = $1 and email_key = any($2::text[])
union all
select id, number, null from households where organisation_id = $1 and number = any($3::text[])
)sql"};
constexpr pg::statement same_import{"same_import", R"sql(
select id from imports where organisation_id = $1 and content = $2 and phase in ('creating', 'done')
order by id desc limit 1
)sql"};

imports::state read_import(const pg::rows& from, int row) {
  imports::state out;
  std::string phase;
  std::string details;
  pg::row_reader{from, row}.into(out.organisation, out.id, out.version, phase, details, out.units_done,
                                 out.content, out.by, out.created_at, out.finished_at);
  out.phase = imports::parse_phase(phase);
  out.what = imports::details_from_json(details);
  return out;
}

class import_records final : public imports::records {
public:
  explicit import_records(pg::read_pool& from) : from_(from) {}

  void find(const organisation_id& at, const import_id& which,
            told<std::optional<imports::state>> done) override {
    constexpr std::optional<import_id> anywhere;
    read<std::optional<imports::state>>(
        from_, within{at},
        queries(query(imports_of_organisation, at, anywhere, std::optional{which}, std::int64_t{1})),
        std::move(done), [](const all_rows& got) -> outcome<std::optional<imports::state>> {
          if (got[0].size() == 0) return std::optional<imports::state>{};
          return std::optional{read_import(got[0], 0)};
        });
  }

  void list(const organisation_id& at, std::optional<import_id> before, int limit,
            told<imports::page> done) override {
    constexpr std::optional<import_id> every;
    read<imports::page>(
        from_, within{at},
        queries(query(imports_of_organisation, at, before, every, static_cast<std::int64_t>(limit) + 1)),
        std::move(done), [limit](const all_rows& got) -> outcome<imports::page> {
          imports::page out;
          out.more = got[0].size() > limit;
          for (int row = 0; row < std::min(got[0].size(), limit); ++row)
            out.imports.push_back(read_import(got[0], row));
          return out;
        });
  }

  void list_open(told<std::vector<imports::state>> done) override {
    read<std::vector<imports::state>>(from_, everywhere{"the importer works for all houses"},
                                      queries(query(open_imports)), std::move(done),
                                      [](const all_rows& got) -> outcome<std::vector<imports::state>> {
                                        std::vector<imports::state> out;
                                        for (int row = 0; row < got[0].size(); ++row)
                                          out.push_back(read_import(got[0], row));
                                        return out;
                                      });
  }

  void read_part(const organisation_id& at, const import_id& which, std::int64_t position,
                 told<std::optional<std::string>> done) override {
    read<std::optional<std::string>>(from_, within{at}, queries(query(part_of_import, which, position)),
                                     std::move(done),
                                     [](const all_rows& got) -> outcome<std::optional<std::string>> {
                                       if (got[0].size() == 0) return std::optional<std::string>{};
                                       return std::optional{pg::row_reader{got[0], 0}.next<std::string>()};
                                     });
  }

  void list_lines(const organisation_id& at, const import_id& which, std::int64_t after, int limit,
                  told<line_page> done) override {
    read<line_page>(from_, within{at},
                    queries(query(lines_of_import, which, after, static_cast<std::int64_t>(limit) + 1)),
                    std::move(done), [limit](const all_rows& got) -> outcome<line_page> {
                      line_page out;
                      out.more = got[0].size() > limit;
                      for (int row = 0; row < std::min(got[0].size(), limit); ++row) {
                        imports::bad_line one;
                        std::string problems;
                        pg::row_reader{got[0], row}.into(one.number, problems, one.cells);
                        one.problems = imports::problems_from_json(problems);
                        out.lines.push_back(std::move(one));
                      }
                      return out;
                    });
  }

  void find_known(const organisation_id& at, std::vector<std::string> email_keys,
                  std::vector<std::string> numbers, told<std::vector<imports::known_client>> done) override {
    read<std::vector<imports::known_client>>(
        from_, within{at}, queries(query(known_clients, at, email_keys, numbers)), std::move(done),
        [](const all_rows& got) -> outcome<std::vector<imports::known_client>> {
          std::vector<imports::known_client> out(static_cast<std::size_t>(got[0].size()));
          for (int row = 0; row < got[0].size(); ++row) {
            auto& one = out[static_cast<std::size_t>(row)];
            pg::row_reader{got[0], row}.into(one.id, one.number, one.email_key);
          }
          return out;
        });
  }

  void find_same(const organisation_id& at, const sha256_hash& content,
                 told<std::optional<import_id>> done) override {
    read<std::optional<import_id>>(from_, within{at}, queries(query(same_import, at, content)),
                                   std::move(done),
                                   [](const all_rows& got) -> outcome<std::optional<import_id>> {
                                     if (got[0].size() == 0) return std::optional<import_id>{};
                                     return std::optional{pg::row_reader{got[0], 0}.next<import_id>()};
                                   });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<imports::records> create_import_records(pg::read_pool& from) {
  return std::make_unique<import_records>(from);
}

} // namespace foyer::storage
