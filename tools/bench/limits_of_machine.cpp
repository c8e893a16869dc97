#include "tools/bench/limits_of_machine.h"

#include <chrono>

#include "crypto/hash.h"
#include "storage/sqlite/sqlite.h"
#include "tools/bench/processes.h"

namespace koinon {

Result<double> raw_batch_insert_rate(const std::filesystem::path& folder, std::uint64_t rows,
                                     std::size_t entry_bytes, std::size_t body_bytes) {
  constexpr std::uint64_t kRowsAtOnce = 1000;
  KOINON_ASSIGN(auto db, sqlite::Connection::open(folder / "raw.db", {}));
  KOINON_TRY(db.execute("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"));
  KOINON_TRY(
      db.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, entry BLOB NOT NULL, body BLOB, state INTEGER "
                 "NOT NULL)"));
  const Bytes entry(entry_bytes, 'e');
  const Bytes body(body_bytes, 'b');
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < rows; ++i) {
    if (i % kRowsAtOnce == 0) KOINON_TRY(db.execute("BEGIN"));
    auto insert = db.prepare("INSERT INTO record VALUES (?, ?, ?, 0)");
    KOINON_TRY(insert.bind(static_cast<std::int64_t>(i)).bind_blob(entry).bind_blob(body).run());
    if (i % kRowsAtOnce == kRowsAtOnce - 1 || i + 1 == rows) KOINON_TRY(db.execute("COMMIT"));
  }
  return static_cast<double>(rows) / seconds_since(begin);
}

double hash_rate(std::size_t bytes) {
  constexpr int kRounds = 200'000;
  const Bytes message(bytes, 'm');
  Hash last;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) last = sha256({message, last.view()});
  return kRounds / seconds_since(begin);
}

}  // namespace koinon
