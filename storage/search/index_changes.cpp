#include "storage/search/index_changes.h"

namespace koinon {

Result<std::int64_t> IndexChanges::next() {
  if (last_ == 0) {
    auto select = db_.prepare(
        "SELECT max((SELECT coalesce(max(change), 0) FROM doc), (SELECT coalesce(max(change), 0) FROM "
        "city))");
    KOINON_TRY(select.step());
    last_ = select.integer(0);
  }
  return ++last_;
}

Status IndexChanges::new_generation() {
  return db_.execute(
      "INSERT INTO meta (key, value) VALUES ('generation', 1) ON CONFLICT (key) DO UPDATE SET value = value "
      "+ 1");
}

}  // namespace koinon
