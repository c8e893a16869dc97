#include "storage/fsck/index_check.h"

#include <system_error>

#include "proto/codec/entry.h"
#include "storage/search/tokenizer.h"
#include "storage/store/sql_logs.h"

namespace koinon::fsck {
namespace {

void found(Report& report, const std::string& place, const std::string& what) {
  report.add({place, what, Remedy::kRebuildIndex, 0, 0, {}});
}

std::string topics_of(const v1::Entry& entry) {
  std::string out;
  for (const auto& topic : entry.topics()) out += (out.empty() ? "" : " ") + topic;
  return out;
}

}  // namespace

Result<std::unique_ptr<IndexCheck>> IndexCheck::open(const std::filesystem::path& path, Report& report) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::unique_ptr<IndexCheck>();
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {true, false, ""}));
  // SQLite 3.44 and later look into the index of words, too.
  KOINON_TRY(register_tokenizer(db));
  if (const Status begun = db.execute("BEGIN"); !begun.ok()) return begun.error();
  KOINON_ASSIGN(const bool good, check_pages(db, path.filename().string(), Remedy::kRebuildIndex, report));
  if (!good) return std::unique_ptr<IndexCheck>();
  return std::unique_ptr<IndexCheck>(new IndexCheck(std::move(db)));
}

// Whether it has indexed all arrivals of the store.
Result<bool> IndexCheck::follows(sql::Connection& store) {
  auto place = db_.prepare("SELECT value FROM meta WHERE key = 'position'");
  KOINON_ASSIGN(const bool known, place.step());
  auto last = store.prepare("SELECT coalesce(max(last), 0) FROM arrival");
  KOINON_TRY(last.step());
  return (known ? place.number(0) : 0) >= last.number(0);
}

Status IndexCheck::check(sql::Connection& store, Report& report) {
  KOINON_ASSIGN(const bool all, follows(store));
  if (!all) return {};  // it is catching up, and then is looked at
  auto logs = store.prepare("SELECT number, log_id, name FROM log WHERE size > 0");
  while (true) {
    KOINON_ASSIGN(const bool row, logs.step());
    if (!row) break;
    KOINON_TRY(check_log(store, logs.integer(0), logs.blob(1), logs.text(2), report));
  }
  auto texts = db_.prepare(
      "SELECT count(*) FROM doc WHERE length > 0 AND NOT EXISTS (SELECT 1 FROM text_content WHERE id = "
      "doc.id)");
  KOINON_TRY(texts.step());
  if (texts.integer(0) > 0)
    found(report, "index.db", std::to_string(texts.integer(0)) + " notes have lost their words");
  return {};
}

Status IndexCheck::check_log(sql::Connection& store, std::int64_t number, BytesView log,
                             const std::string& name, Report& report) {
  auto records =
      store.prepare("SELECT id, entry, body IS NOT NULL FROM record WHERE id >= ? AND id < ? ORDER BY id");
  records.bind(record_id(number, EntryIndex(0))).bind(record_id(number + 1, EntryIndex(0)));
  auto documents = db_.prepare(
      "SELECT entry_index, kind, created_at_ms, language, topics, length FROM doc WHERE log_id = ? ORDER BY "
      "entry_index");
  documents.bind_blob(log);
  for (std::int64_t index = 0;; ++index) {
    KOINON_ASSIGN(const bool record, records.step());
    KOINON_ASSIGN(const bool document, documents.step());
    if (!record && !document) return {};
    const std::string place = "index.db: " + name + "/" + std::to_string(index);
    if (!record || !document || documents.integer(0) != index) {
      found(report, place,
            !document || (record && documents.integer(0) != index) ? "its row is missing"
                                                                   : "a row is there of no record");
      return {};
    }
    ++report.documents;
    const auto entry = parse_entry(records.blob(1));
    const v1::Entry read = entry.ok() ? *entry : v1::Entry();
    const bool fits = documents.integer(1) == static_cast<std::int64_t>(read.kind()) &&
                      documents.integer(2) == static_cast<std::int64_t>(read.created_at_ms()) &&
                      documents.text(3) == read.language() && documents.text(4) == topics_of(read);
    if (!fits) found(report, place, "its row says something else than the record");
    if (documents.integer(5) > 0 && records.integer(2) == 0)
      found(report, place, "it has words of a text that is not held");
  }
}

}  // namespace koinon::fsck
