#include "storage/search/stated_columns.h"

#include <algorithm>

#include "proto/base/ascii.h"
#include "proto/base/limits.h"

namespace koinon {

std::optional<AgreementNumber> StatedColumns::agreement(const std::string& name) const {
  const auto it = numbers_.find(name);
  return it == numbers_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<AgreementNumber> StatedColumns::number_of(const std::string& name, std::uint32_t city) {
  if (const auto known = agreement(name)) return known;
  if (brought_.size() <= city) brought_.resize(city + 1);
  if (brought_[city] >= limits::kAgreementsOfCity) return std::nullopt;
  ++brought_[city];
  const auto number = static_cast<AgreementNumber>(names_.size());
  numbers_.emplace(name, number);
  names_.push_back(name);
  return number;
}

// A body comes and goes, and its names mostly come again: then their place is used again.
void StatedColumns::read_agreements(Row& row, const std::string& text, std::uint32_t city) {
  std::vector<AgreementNumber> numbers;
  for (const std::string& name : split(text, '\n')) {
    const auto number = number_of(name, city);
    if (number && numbers.size() < limits::kAgreementsOfNote) numbers.push_back(*number);
  }
  const auto before = agreements(row);
  const bool same =
      numbers.size() <= before.size() && std::equal(numbers.begin(), numbers.end(), before.begin());
  if (!same) {
    row.first_agreement = static_cast<std::uint32_t>(agreements_.size());
    agreements_.insert(agreements_.end(), numbers.begin(), numbers.end());
  }
  row.agreements = static_cast<std::uint16_t>(numbers.size());
}

void StatedColumns::read(const sqlite::Statement& row, std::optional<std::uint32_t> city) {
  change_ = row.integer(6);
  if (!city) return;
  const auto document = row.number(0);
  if (document >= rows_.size()) rows_.resize(document + 1);
  Row& out = rows_[document];
  out.year = static_cast<std::uint16_t>(row.integer(1));
  out.stage = static_cast<AdoptionStage>(std::clamp<std::int64_t>(row.integer(2), 0, 4));
  out.translation = static_cast<Translation>(std::clamp<std::int64_t>(row.integer(3), 0, 2));
  out.people = static_cast<std::uint32_t>(row.number(4));
  read_agreements(out, row.text(5), *city);
}

}  // namespace koinon
