#include "storage/search/stated_rows.h"

namespace koinon {

// Names have no line ends (agreement_name).
Status StatedRows::put(std::int64_t document, bool is_new, std::int64_t change, const StatedFacts& facts) {
  std::string agreements;
  for (const auto& name : facts.agreements) agreements += (agreements.empty() ? "" : "\n") + name;
  if (!is_new) {
    auto remove = db_.prepare("DELETE FROM stated WHERE doc = ?");
    KOINON_TRY(remove.bind(document).run());
  }
  auto put = db_.prepare(
      "INSERT INTO stated (doc, year, stage, translation, people, agreements, change) VALUES (?, ?, ?, ?, ?, "
      "?, ?)");
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
