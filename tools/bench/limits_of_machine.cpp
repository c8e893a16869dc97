#include "tools/bench/limits_of_machine.h"

#include <algorithm>
#include <chrono>

#include <fcntl.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "storage/postgres/connection.h"
#include "storage/sqlite/sqlite.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace {

constexpr std::uint64_t kRowsAtOnce = 1000;

Status copy_rows(postgres::Connection& db, std::uint64_t from, std::uint64_t to, BytesView entry,
                 BytesView body) {
  KOINON_TRY(db.begin(false));
  KOINON_ASSIGN(const auto rows,
                db.bulk({"record", {"id", "entry", "body", "state", "erased_by"}}, to - from));
  for (std::uint64_t i = from; i < to; ++i) {
    rows->put(static_cast<std::int64_t>(i));
    rows->put_blob(entry);
    rows->put_blob(body);
    rows->put(0);
    rows->put_null();
    KOINON_TRY(rows->end_row());
  }
  KOINON_TRY(rows->finish());
  return db.commit();
}

}  // namespace

Result<double> raw_batch_insert_rate(const std::filesystem::path& folder, std::uint64_t rows,
                                     std::size_t entry_bytes, std::size_t body_bytes) {
  for (const char* file : {"raw.db", "raw.db-wal", "raw.db-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(folder / file, ignored);
  }
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

Result<double> raw_copy_rate(const std::string& url, std::uint64_t rows, std::size_t entry_bytes,
                             std::size_t body_bytes) {
  postgres::ConnectionOptions options;
  options.schema = "koinon_bench";
  KOINON_ASSIGN(const auto db, postgres::Connection::open({url}, options));
  KOINON_TRY(
      db->execute("DROP SCHEMA IF EXISTS koinon_bench CASCADE; CREATE SCHEMA koinon_bench; CREATE TABLE "
                  "record (id BIGINT "
                  "PRIMARY KEY, entry BYTEA NOT NULL, body BYTEA COMPRESSION lz4, state BIGINT NOT NULL, "
                  "erased_by BIGINT)"));
  const Bytes entry(entry_bytes, 'e');
  const Bytes body(body_bytes, 'b');
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t from = 0; from < rows; from += kRowsAtOnce)
    KOINON_TRY(copy_rows(*db, from, std::min(rows, from + kRowsAtOnce), entry, body));
  const double rate = static_cast<double>(rows) / seconds_since(begin);
  KOINON_TRY(db->execute("DROP SCHEMA koinon_bench CASCADE"));
  return rate;
}

Result<double> raw_fsync_rate(const std::filesystem::path& folder) {
  constexpr int kRounds = 500;
  const auto file = folder / "synced";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(Code::kIo, "the file cannot be made", file.string());
  const Bytes block(4 * limits::kKiB, 's');
  bool good = true;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds && good; ++i) {
    const ssize_t written = ::write(descriptor, block.data(), block.size());
    good = written == static_cast<ssize_t>(block.size()) && ::fdatasync(descriptor) == 0;
  }
  const double seconds = seconds_since(begin);
  ::close(descriptor);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  if (!good) return fail(Code::kIo, "the disk does not take it", file.string());
  return kRounds / seconds;
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
