#include "storage/search/stated_rows.h"

namespace koinon {

// Names have no line ends (agreement_name).
Status StatedRows::put(std::int64_t document, std::int64_t change, const StatedFacts& facts) {
  std::string agreements;
  for (const auto& name : facts.agreements) agreements += (agreements.empty() ? "" : "\n") + name;
  auto put = db_.prepare(
      "INSERT OR REPLACE INTO stated (doc, year, stage, translation, people, agreements, change) VALUES (?, "
      "?, ?, ?, ?, ?, ?)");
  return put.bind(document)
      .bind(facts.year)
      .bind(static_cast<std::int64_t>(facts.stage))
      .bind(static_cast<std::int64_t>(facts.translation))
      .bind(static_cast<std::int64_t>(facts.people))
      .bind_text(agreements)
      .bind(change)
      .run();
}

}  // namespace koinon
