#include "storage/pg/pipeline.hpp"

#include <catch2/catch.hpp>
#include <libpq-fe.h>

using namespace foyer;
using namespace foyer::storage::pg;
using kind = pipeline::step::kind;

namespace {

constexpr statement by_id{"by_id", "select 1"};
constexpr statement by_name{"by_name", "select 2"};

rows answered() {
  return rows{PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK)};
}
rows failed() {
  return rows{PQmakeEmptyPGresult(nullptr, PGRES_FATAL_ERROR)};
}
rows skipped() {
  return rows{PQmakeEmptyPGresult(nullptr, PGRES_PIPELINE_ABORTED)};
}

read_request asking(std::vector<const statement*> what, bool scoped = false) {
  const read_scope scope = scoped ? read_scope{within{organisation_id{}}} : read_scope{everywhere{"a test"}};
  read_request out{{}, scope, {}};
  for (const auto* each : what) {
    out.queries.emplace_back();
    out.queries.back().what = each;
  }
  return out;
}

std::vector<kind> kinds(const std::vector<pipeline::step>& steps) {
  std::vector<kind> out;
  for (const auto& each : steps) out.push_back(each.what);
  return out;
}

} // namespace

TEST_CASE("pipeline: a statement is prepared at its first use on a connection only") {
  pipeline sent;
  CHECK(kinds(sent.send(asking({&by_id, &by_id, &by_name}), {})) ==
        std::vector{kind::prepare, kind::prepare, kind::query, kind::query, kind::query});
  CHECK(kinds(sent.send(asking({&by_id}), {})) == std::vector{kind::query});
  CHECK(sent.abandon().size() == 2);
  CHECK(kinds(sent.send(asking({&by_id}), {})) == std::vector{kind::prepare, kind::query});
}

TEST_CASE("pipeline: answers go to the oldest request, without those of preparation and scope") {
  pipeline sent;
  sent.send(asking({&by_id}, true), {});
  sent.send(asking({&by_id, &by_name}), {});
  for (int i = 0; i < 3; ++i) sent.result(answered()); // prepare, scope, query
  const auto first = sent.sync();
  CHECK(first.request.queries.size() == 1);
  CHECK(first.answer.results.size() == 1);
  for (int i = 0; i < 3; ++i) sent.result(answered()); // prepare, query, query
  const auto second = sent.sync();
  CHECK(second.answer.results.size() == 2);
  CHECK(sent.in_flight() == 0);
}

TEST_CASE("pipeline: a failure is of its own request, and what could not be prepared is prepared again") {
  pipeline sent;
  sent.send(asking({&by_id, &by_name}), {});
  sent.send(asking({}), {});
  sent.result(answered());
  sent.result(failed()); // by_name
  sent.result(skipped());
  sent.result(skipped());
  CHECK(sent.sync().answer.failed.has_value());
  CHECK_FALSE(sent.sync().answer.failed.has_value());
  CHECK(kinds(sent.send(asking({&by_id, &by_name}), {})) ==
        std::vector{kind::prepare, kind::query, kind::query});
}
