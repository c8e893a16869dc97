// What overviews count of each note (stated_facts.h), in memory, by the index's number of the record. It
// takes 16 bytes a record. A part of Columns, under their lock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "proto/base/result.h"
#include "storage/search/stated_facts.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

using AgreementNumber = std::uint32_t;

class StatedColumns {
 public:
  struct Row {
    std::uint32_t first_agreement = 0;  // in the list of all notes' agreements
    std::uint32_t people = kPeopleNotStated;
    std::uint16_t year = 0;
    std::uint16_t agreements = 0;
    AdoptionStage stage = AdoptionStage::kNone;
    Translation translation = Translation::kNone;
  };

  // Reads what has changed since the last call. `city_of` gives the city's number of a record, which bounds
  // how many names a city brings.
  template <typename CityOf>
  Status load(sqlite::Connection& db, CityOf city_of) {
    auto select = db.prepare(
        "SELECT doc, year, stage, translation, people, agreements, change FROM stated WHERE change > ? ORDER "
        "BY change");
    select.bind(change_);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return {};
      read(select, city_of(select.number(0)));
    }
  }

  // Of a record without a row: that it states nothing.
  const Row& of(std::uint32_t document) const {
    static const Row kNothing;
    return document < rows_.size() ? rows_[document] : kNothing;
  }
  std::span<const AgreementNumber> agreements(const Row& row) const {
    return {agreements_.data() + row.first_agreement, row.agreements};
  }
  const std::vector<std::string>& agreement_names() const { return names_; }
  std::optional<AgreementNumber> agreement(const std::string& name) const;

 private:
  // No city: the record is not known.
  void read(const sqlite::Statement& row, std::optional<std::uint32_t> city);
  void read_agreements(Row& row, const std::string& text, std::uint32_t city);
  std::optional<AgreementNumber> number_of(const std::string& name, std::uint32_t city);

  std::int64_t change_ = 0;  // changes up to this one are loaded
  std::vector<Row> rows_;
  std::vector<AgreementNumber> agreements_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, AgreementNumber> numbers_;
  std::vector<std::uint32_t> brought_;  // by city: how many names it brought that nobody had before
};

}  // namespace koinon
