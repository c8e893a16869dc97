#include "storage/fsck/repair.h"

#include <set>
#include <system_error>

#include "proto/base/limits.h"
#include "storage/sql/connection.h"
#include "storage/sqlite/sqlite_connection.h"
#include "storage/store/hash_tiles.h"
#include "storage/store/sql_attachments.h"
#include "storage/store/sql_logs.h"
#include "storage/store/sqlite_store.h"

namespace koinon::fsck {
namespace {

constexpr std::size_t kLeavesAtOnce = 4096;

Status run(sql::Connection& db, const char* sql, std::int64_t value) {
  auto statement = db.prepare(sql);
  return statement.bind(value).run();
}

Status fetch_body(sql::Connection& db, std::int64_t row) {
  KOINON_TRY(run(db, "DELETE FROM attachment_use WHERE record = ?", row));
  KOINON_TRY(run(db, "UPDATE record SET state = 3, erased_by = NULL WHERE id = ?", row));
  return run(db, "UPDATE record SET body = NULL WHERE id = ?", row);
}

Status name_files(sql::Connection& db, std::int64_t row) {
  Bytes body;
  {
    auto select = db.prepare("SELECT body FROM record WHERE id = ?");
    KOINON_ASSIGN(const bool there, select.bind(row).step());
    if (!there) return {};
    body = select.blob(0);
  }
  for (const AttachmentFact& fact : attachments_of(EntryIndex(0), body)) {
    auto put = db.prepare(
        "INSERT INTO attachment_use (record, sha256, size, chunk_root) VALUES (?, ?, ?, ?) ON CONFLICT "
        "(record, "
        "sha256) DO UPDATE SET size = excluded.size, chunk_root = excluded.chunk_root");
    put.bind(row).bind_blob(fact.id.sha256.view()).bind(static_cast<std::int64_t>(fact.id.size));
    KOINON_TRY(put.bind_blob(fact.id.chunk_root.view()).run());
  }
  return {};
}

// Peers may have it. What no note names yet nobody else has: it is forgotten like other old uploads.
Status fetch_file(sql::Connection& db, std::int64_t number, std::uint32_t from) {
  auto drop = db.prepare("DELETE FROM attachment_chunk WHERE id >= ? AND id < ?");
  KOINON_TRY(drop.bind((number << 16) + from).bind((number + 1) << 16).run());
  auto mark = db.prepare("UPDATE attachment SET state = 0, chunks = ? WHERE number = ?");
  KOINON_TRY(mark.bind(static_cast<std::int64_t>(from)).bind(number).run());
  // A file that is fetched for peers alone is forgotten at a start.
  return run(db, "UPDATE attachment SET wish = 2 WHERE number = ? AND wish = 0", number);
}

Status rebuild_tree(sql::Connection& db, std::int64_t log) {
  auto drop = db.prepare("DELETE FROM tile WHERE id >= ? AND id < ?");
  KOINON_TRY(drop.bind(log << 36).bind((log + 1) << 36).run());
  TreeSize size;
  while (true) {
    std::vector<Hash> leaves;
    {
      auto select = db.prepare("SELECT entry FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?");
      select.bind(record_id(log, EntryIndex(size.value)))
          .bind(record_id(log + 1, EntryIndex(0)))
          .bind(static_cast<std::int64_t>(kLeavesAtOnce));
      while (true) {
        KOINON_ASSIGN(const bool row, select.step());
        if (!row) break;
        leaves.push_back(leaf_hash(select.blob(0)));
      }
    }
    if (leaves.empty()) return {};
    HashTiles tiles(db, log);
    KOINON_TRY(tiles.append(size, leaves));
    size = TreeSize(size.value + leaves.size());
  }
}

Status count_again(sql::Connection& db) {
  KOINON_TRY(db.execute(
      "UPDATE log SET grace = (SELECT coalesce(sum(bytes), 0) FROM grace g WHERE g.id >= number << 40 "
      "AND g.id < (number + 1) << 40)"));
  return db.execute(
      "UPDATE total SET logs = (SELECT count(*) FROM log WHERE size > 0), "
      "records = (SELECT coalesce(sum(size), 0) FROM log), "
      "transit = (SELECT coalesce(sum(length(body)), 0) FROM transit), "
      "grace = (SELECT coalesce(sum(bytes), 0) FROM grace), "
      "files = (SELECT coalesce(sum(size), 0) FROM attachment WHERE wish < 3)");
}

Status drop_cosigned(sql::Connection& db, std::int64_t head) {
  KOINON_TRY(run(db, "DELETE FROM cosignature WHERE head = ?", head));
  return run(db, "DELETE FROM cosigned_head WHERE number = ?", head);
}

// Of bodies whose file goes: what is noted of them, which fills the quota, and the files of their notes,
// which nothing brings back any more.
Status drop_kept(sql::Connection& db) {
  std::vector<std::int64_t> records;
  {
    auto select = db.prepare("SELECT DISTINCT record FROM grace_use");
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      records.push_back(select.integer(0));
    }
  }
  SqlAttachments files(db, limits::kAttachmentQuota);
  for (const std::int64_t record : records) KOINON_TRY(files.end_hidden(record));
  return db.execute("DELETE FROM grace");
}

// False: nothing can be done, or it is done elsewhere.
Result<bool> repair_in_store(sql::Connection& db, const Damage& damage) {
  const auto done = [](const Status& status) {
    return status.ok() ? Result<bool>(true) : Result<bool>(status.error());
  };
  switch (damage.remedy) {
    case Remedy::kFetchBody:
      return done(fetch_body(db, damage.number));
    case Remedy::kDropBody:
      return done(run(db, "UPDATE record SET body = NULL WHERE id = ?", damage.number));
    case Remedy::kDropTransit:
      return done(run(db, "DELETE FROM transit WHERE id = ?", damage.number));
    case Remedy::kNameFiles:
      return done(name_files(db, damage.number));
    case Remedy::kFetchFile:
      return done(fetch_file(db, damage.number, damage.from));
    case Remedy::kRebuildTree:
      return done(rebuild_tree(db, damage.number));
    case Remedy::kCountAgain:
      return done(count_again(db));
    case Remedy::kDropKept:
      return done(drop_kept(db));
    case Remedy::kDropCosigned:
      return done(drop_cosigned(db, damage.number));
    case Remedy::kFetchLog:
    case Remedy::kRebuildIndex:
    case Remedy::kRestoreLog:
    case Remedy::kNone:
      return false;
  }
  return false;
}

Result<std::uint64_t> change_rows(const std::filesystem::path& store, const Report& report) {
  KOINON_ASSIGN(auto own, sqlite::Connection::open(store, {}));
  KOINON_TRY(own.execute("PRAGMA secure_delete=ON"));
  const auto db = sqlite::shared(std::move(own));
  const auto repaired = sql::transact(*db, true, [&]() -> Result<std::uint64_t> {
    std::uint64_t count = 0;
    for (const Damage& damage : report.damages()) {
      KOINON_ASSIGN(const bool done, repair_in_store(*db, damage));
      if (done) ++count;
    }
    return count;
  });
  if (repaired.ok()) (void)db->fold();
  return repaired;
}

// Each peer is asked for the heads of these logs by name. Policy then admits them as before.
Status fetch_logs(const std::filesystem::path& path, const std::set<LogId>& logs, UnixMillis now) {
  if (logs.empty()) return {};
  KOINON_ASSIGN(const auto store, open_sqlite_store(path));
  KOINON_ASSIGN(const auto peers, store->peers());
  std::vector<HeadAsk> asks;
  for (const PeerRecord& peer : peers) {
    for (const LogId& log : logs) asks.emplace_back(peer.node_key, log);
  }
  KOINON_TRY(store->begin(true));
  for (const LogId& log : logs) {
    if (const Status removed = store->remove_log(log, now); !removed.ok()) {
      store->rollback();
      return removed;
    }
  }
  if (const Status asked = store->set_asks(asks, true); !asked.ok()) {
    store->rollback();
    return asked;
  }
  return store->commit();
}

// A node that starts makes it anew.
Status remove_database(const std::filesystem::path& data, const std::string& name) {
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code error;
    std::filesystem::remove(data / (name + part), error);
    if (error) return fail(Code::kIo, "it cannot be removed: " + error.message(), (data / name).string());
  }
  return {};
}

}  // namespace

Result<std::uint64_t> repair_folder(const std::filesystem::path& data, const Report& report, UnixMillis now) {
  KOINON_ASSIGN(std::uint64_t repaired, change_rows(data / "store.db", report));
  std::set<LogId> logs;
  std::set<std::string> databases;
  for (const Damage& damage : report.damages()) {
    if (damage.remedy == Remedy::kFetchLog) {
      logs.insert(damage.log);
    } else if (damage.remedy == Remedy::kRebuildIndex) {
      databases.insert("index.db");
    } else if (damage.remedy == Remedy::kDropKept) {
      databases.insert(grace_file(data / "store.db").filename());
      continue;  // it was counted with its rows
    } else {
      continue;
    }
    ++repaired;
  }
  KOINON_TRY(fetch_logs(data / "store.db", logs, now));
  for (const std::string& name : databases) KOINON_TRY(remove_database(data, name));
  return repaired;
}

}  // namespace koinon::fsck
