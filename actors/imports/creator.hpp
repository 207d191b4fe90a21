#pragma once

#include "actors/imports/checker.hpp"

#include <unordered_set>

namespace foyer::imports {

/// Makes the households of a checked import, portion by portion. Of the importer's thread.
class creator {
public:
  /// Refused: unavailable, to be tried again; everything else stays so (load_file).
  static outcome<std::unique_ptr<creator>> open(const importer_parts& with, waiting& on, const state& of);

  [[nodiscard]] const import_id& id() const noexcept { return id_; }
  /// Some portions more. Refused: unavailable, or somebody else goes on with it: to be read and tried again.
  outcome<done> go_on(state of, int portions);

private:
  struct unit_read {
    std::size_t unit;
    std::vector<typed_line> lines;
    draft who;
  };

  creator(const importer_parts& with, waiting& on, open_file file, const import_id& id)
      : with_(with), on_(on), file_(std::move(file)), id_(id) {}

  std::vector<unit_read> read(std::size_t from, std::size_t to, const rules& by) const;
  outcome<portion> make(const state& of, std::size_t from, std::size_t to, const importer_of& by) const;
  void skip(portion& from, const unit_read& of, problem why) const;
  outcome<done> write(state& of, std::size_t from, std::size_t to);
  [[nodiscard]] importer_of maker(const state& of) const;

  const importer_parts& with_;
  waiting& on_;
  open_file file_;
  import_id id_;
  std::unordered_set<std::int64_t> bad_;
  std::size_t size_ = portion_max;
  int refusals_ = 0; // one after the other, at refused_at_
  std::size_t refused_at_ = 0;

  // A portion shares its transaction with orders that came meanwhile: few milliseconds.
  static constexpr std::size_t portion_max = 20;
  // How often a portion is tried that clashes with what came meanwhile, until its households go one by one.
  static constexpr int refusals_max = 3;
};

} // namespace foyer::imports
