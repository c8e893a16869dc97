#include "proto/vocabulary/practice_words.h"

#include <algorithm>

#include "proto/base/ascii.h"

namespace koinon {
namespace embedded {
extern const std::string_view practice_words_tsv;  // NOLINT(readability-identifier-naming)
}  // namespace embedded

namespace {

constexpr std::array<std::string_view, 7> kWordLanguages = {"en", "es", "fr", "pt", "it", "ko", "ar"};
constexpr std::string_view kNeed = "need.";

}  // namespace

const PracticeWords& PracticeWords::builtin() {
  static const PracticeWords kBuiltin(embedded::practice_words_tsv);
  return kBuiltin;
}

PracticeWords::PracticeWords(std::string_view tsv) {
  for (const std::string& line : split(tsv, '\n')) {
    if (line.front() == '#') continue;
    const auto fields = split(line, '\t');
    if (fields.size() != 1 + kWordLanguages.size()) continue;
    ByLanguage& word = words_[fields[0]];
    for (std::size_t i = 0; i < kWordLanguages.size(); ++i) word.emplace(kWordLanguages[i], fields[1 + i]);
    if (!fields[0].starts_with(kNeed)) continue;
    const std::string kind = fields[0].substr(kNeed.size());
    kind_by_label_.emplace(kind, kind);
    for (std::size_t i = 0; i < kWordLanguages.size(); ++i)
      kind_by_label_.emplace(ascii_lower(fields[1 + i]), kind);
  }
}

std::string PracticeWords::word(std::string_view key, std::string_view language) const {
  const auto found = words_.find(key);
  if (found == words_.end()) return std::string(key);
  auto word = found->second.find(language.substr(0, 2));
  if (word == found->second.end()) word = found->second.find("en");
  return word == found->second.end() ? std::string(key) : word->second;
}

std::string PracticeWords::need_label(std::string_view kind, std::string_view language) const {
  const bool known = std::find(kNeedKinds.begin(), kNeedKinds.end(), kind) != kNeedKinds.end();
  return known ? word(std::string(kNeed).append(kind), language) : std::string(kind);
}

std::optional<std::string> PracticeWords::need_kind(std::string_view label) const {
  const auto found = kind_by_label_.find(ascii_lower(trimmed(label)));
  if (found == kind_by_label_.end()) return std::nullopt;
  return found->second;
}

}  // namespace koinon
