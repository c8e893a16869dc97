#include "storage/search_index.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>

#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/note_text.h"
#include "storage/sqlite.h"
#include "storage/tokenizer.h"

namespace koinon {
namespace {

constexpr int kIndexVersion = 1;
constexpr std::size_t kBatchRows = 64;
constexpr std::uint64_t kBatchRecords = 2000;

constexpr const char* kSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE doc (
  id INTEGER PRIMARY KEY,
  log_id BLOB NOT NULL, entry_index INTEGER NOT NULL,
  arrival INTEGER NOT NULL, kind INTEGER NOT NULL, created_at_ms INTEGER NOT NULL,
  language TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL, topics TEXT NOT NULL,
  readable INTEGER NOT NULL,
  UNIQUE (log_id, entry_index));
CREATE INDEX doc_by_arrival ON doc (arrival);
CREATE INDEX doc_by_log ON doc (log_id, kind, arrival);
CREATE INDEX doc_by_kind ON doc (kind, arrival);
CREATE TABLE topic (topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, arrival, doc)) WITHOUT ROWID;
CREATE TABLE link (log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, role INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, entry_index, role, doc)) WITHOUT ROWID;
CREATE VIRTUAL TABLE text USING fts5 (title, summary, body, tokenize = 'koinon', content = '', columnsize = 1);
)sql";

std::string nfc(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(error);
  std::string out;
  if (U_FAILURE(error) != 0) return std::string(text);
  normalizer->normalize(icu::UnicodeString::fromUTF8(text), error).toUTF8String(out);
  return U_FAILURE(error) != 0 ? std::string(text) : out;
}

class SqliteIndexWriter final : public IndexWriter {
 public:
  explicit SqliteIndexWriter(sqlite::Connection db) : db_(std::move(db)) {}

  Status prepare(const JournalId& journal) {
    KOINON_TRY(register_tokenizer(db_));
    KOINON_TRY(db_.execute("PRAGMA journal_mode=WAL"));
    KOINON_TRY(db_.execute("PRAGMA synchronous=NORMAL"));
    KOINON_TRY(db_.execute("PRAGMA secure_delete=ON"));
    auto version = db_.prepare("PRAGMA user_version");
    KOINON_TRY(version.step());
    if (version.integer(0) == kIndexVersion) {
      auto select = db_.prepare("SELECT value FROM meta WHERE key = 'journal_id'");
      KOINON_ASSIGN(const bool found, select.step());
      if (found && select.blob(0) == journal.view()) return {};
    }
    return fail(Code::kConflict, "the index belongs to another store or version", "index.db");
  }

  Status create(const JournalId& journal) {
    KOINON_TRY(register_tokenizer(db_));
    KOINON_TRY(db_.execute("PRAGMA page_size=8192"));
    KOINON_TRY(db_.execute("PRAGMA journal_mode=WAL"));
    KOINON_TRY(db_.execute("PRAGMA synchronous=NORMAL"));
    KOINON_TRY(db_.execute("PRAGMA secure_delete=ON"));
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    Status status = db_.execute(kSchema);
    if (status.ok()) {
      auto put = db_.prepare("INSERT INTO meta (key, value) VALUES ('journal_id', ?)");
      status = put.bind_blob(journal.view()).run();
    }
    if (status.ok()) status = db_.execute("PRAGMA user_version=" + std::to_string(kIndexVersion));
    if (status.ok()) return db_.execute("COMMIT");
    (void)db_.execute("ROLLBACK");
    return status;
  }

  Status reset() override {
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    Status status = db_.execute(
        "DELETE FROM doc; DELETE FROM topic; DELETE FROM link; INSERT INTO text (text) VALUES "
        "('delete-all'); "
        "DELETE FROM meta WHERE key = 'position'");
    if (status.ok()) return db_.execute("COMMIT");
    (void)db_.execute("ROLLBACK");
    return status;
  }

  Result<std::size_t> catch_up(StoreReader& store) override {
    KOINON_ASSIGN(const ArrivalSeq position, read_position());
    KOINON_ASSIGN(const auto arrivals, store.arrivals(position, kBatchRows));
    if (arrivals.empty()) return std::size_t{0};
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    auto result = index_arrivals(store, arrivals);
    if (result.ok()) {
      if (Status status = db_.execute("COMMIT"); !status.ok()) result = status.error();
    }
    if (!result.ok()) (void)db_.execute("ROLLBACK");
    return result;
  }

 private:
  Result<ArrivalSeq> read_position() {
    auto select = db_.prepare("SELECT value FROM meta WHERE key = 'position'");
    KOINON_ASSIGN(const bool found, select.step());
    return ArrivalSeq(found ? select.number(0) : 0);
  }

  Result<std::size_t> index_arrivals(StoreReader& store, const std::vector<Arrival>& arrivals) {
    std::size_t done = 0;
    ArrivalSeq position;
    for (const Arrival& arrival : arrivals) {
      for (std::uint64_t i = 0; i < arrival.count && done < kBatchRecords; ++i, ++done) {
        const EntryIndex index(arrival.from.value + i);
        position = ArrivalSeq(arrival.first.value + i);
        KOINON_ASSIGN(const StoredRecord record, store.record(arrival.log, index));
        KOINON_TRY(index_record(arrival.log, position, record));
      }
      if (done == kBatchRecords) break;
    }
    auto put = db_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('position', ?)");
    KOINON_TRY(put.bind(static_cast<std::int64_t>(position.value)).run());
    return done;
  }

  // A record that was indexed without its body is indexed anew when the body comes.
  Status index_record(const LogId& log, ArrivalSeq arrival, const StoredRecord& record) {
    auto find = db_.prepare("SELECT id, arrival FROM doc WHERE log_id = ? AND entry_index = ?");
    find.bind_blob(log.view()).bind(static_cast<std::int64_t>(record.index.value));
    KOINON_ASSIGN(const bool known, find.step());
    if (known && record.body.empty()) return {};
    const std::int64_t known_id = known ? find.integer(0) : 0;
    const auto entry = parse_entry(record.entry);
    NoteText text;
    if (entry.ok() && !record.body.empty()) {
      const auto body = parse_body(record.body);
      if (body.ok()) text = note_text(*body);
    }
    if (known) return update_document(known_id, text);
    return insert_document(log, arrival, record.index, entry.ok() ? &*entry : nullptr, text);
  }

  Status update_document(std::int64_t id, const NoteText& text) {
    auto update = db_.prepare("UPDATE doc SET title = ?, summary = ? WHERE id = ?");
    KOINON_TRY(update.bind_text(text.title).bind_text(text.summary).bind(id).run());
    return insert_text(id, text);
  }

  Status insert_document(const LogId& log, ArrivalSeq arrival, EntryIndex index, const v1::Entry* entry,
                         const NoteText& text) {
    std::string topics;
    if (entry != nullptr) {
      for (const auto& topic : entry->topics()) topics += (topics.empty() ? "" : " ") + topic;
    }
    auto insert = db_.prepare(
        "INSERT INTO doc (log_id, entry_index, arrival, kind, created_at_ms, language, title, summary, "
        "topics, "
        "readable) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const std::string language = entry == nullptr ? "" : entry->language();
    KOINON_TRY(insert.bind_blob(log.view())
                   .bind(static_cast<std::int64_t>(index.value))
                   .bind(static_cast<std::int64_t>(arrival.value))
                   .bind(entry == nullptr ? 0 : static_cast<std::int64_t>(entry->kind()))
                   .bind(entry == nullptr ? 0 : entry->created_at_ms())
                   .bind_text(language)
                   .bind_text(text.title)
                   .bind_text(text.summary)
                   .bind_text(topics)
                   .bind(entry == nullptr ? 0 : 1)
                   .run());
    const std::int64_t id = sqlite3_last_insert_rowid(db_.handle());
    if (entry != nullptr) {
      KOINON_TRY(insert_topics(id, arrival, *entry));
      KOINON_TRY(insert_links(id, *entry));
    }
    return insert_text(id, text);
  }

  // Each topic with its ancestors, so that one look-up finds everything below a topic.
  Status insert_topics(std::int64_t id, ArrivalSeq arrival, const v1::Entry& entry) {
    for (const auto& topic : entry.topics()) {
      for (auto end = topic.find('/');; end = topic.find('/', end + 1)) {
        const std::string ancestor = topic.substr(0, end);
        auto put = db_.prepare("INSERT OR IGNORE INTO topic (topic, arrival, doc) VALUES (?, ?, ?)");
        KOINON_TRY(put.bind_text(ancestor).bind(static_cast<std::int64_t>(arrival.value)).bind(id).run());
        if (end == std::string::npos) break;
      }
    }
    return {};
  }

  Status insert_links(std::int64_t id, const v1::Entry& entry) {
    for (const auto& ref : entry.refs()) {
      auto put =
          db_.prepare("INSERT OR IGNORE INTO link (log_id, entry_index, role, doc) VALUES (?, ?, ?, ?)");
      KOINON_TRY(put.bind_blob(ref.log_id())
                     .bind(static_cast<std::int64_t>(ref.index()))
                     .bind(static_cast<std::int64_t>(ref.role()))
                     .bind(id)
                     .run());
    }
    return {};
  }

  Status insert_text(std::int64_t id, const NoteText& text) {
    if (text.title.empty() && text.summary.empty() && text.text.empty()) return {};
    const std::string title = nfc(text.title);
    const std::string summary = nfc(text.summary);
    const std::string body = nfc(text.text);
    auto insert = db_.prepare("INSERT INTO text (rowid, title, summary, body) VALUES (?, ?, ?, ?)");
    return insert.bind(id).bind_text(title).bind_text(summary).bind_text(body).run();
  }

  sqlite::Connection db_;
};

constexpr std::string_view kDocColumns =
    "SELECT d.log_id, d.entry_index, d.arrival, d.kind, d.created_at_ms, d.language, d.title, d.summary, "
    "d.topics, d.readable FROM ";

IndexedRecord read_document(const sqlite::Statement& row) {
  IndexedRecord record;
  if (row.blob(0).size() == LogId::kSize) record.log = LogId::from(row.blob(0));
  record.index = EntryIndex(row.number(1));
  record.arrival = ArrivalSeq(row.number(2));
  record.kind = static_cast<v1::Kind>(row.integer(3));
  record.created_at = UnixMillis{row.integer(4)};
  record.language = row.text(5);
  record.title = row.text(6);
  record.summary = row.text(7);
  const std::string topics = row.text(8);
  for (std::size_t begin = 0; begin < topics.size();) {
    const auto end = std::min(topics.find(' ', begin), topics.size());
    record.topics.push_back(topics.substr(begin, end - begin));
    begin = end + 1;
  }
  record.readable = row.integer(9) != 0;
  return record;
}

class SqliteIndexReader final : public IndexReader {
 public:
  explicit SqliteIndexReader(sqlite::Connection db) : db_(std::move(db)) {}
  Status prepare() { return register_tokenizer(db_); }

  Result<std::vector<IndexedRecord>> find(const IndexQuery& query) override {
    const std::string match = match_expression(query.words);
    if (!query.words.empty() && match.empty()) return std::vector<IndexedRecord>();
    std::string sql(kDocColumns);
    sql += match.empty() ? (query.topic ? "topic t JOIN doc d ON d.id = t.doc " : "doc d ")
                         : "text x JOIN doc d ON d.id = x.rowid ";
    sql += "WHERE 1 ";
    if (!match.empty()) sql += "AND text MATCH :match ";
    if (query.topic) {
      sql += match.empty() ? "AND t.topic = :topic "
                           : "AND EXISTS (SELECT 1 FROM topic t WHERE t.topic = :topic AND t.doc = d.id) ";
    }
    if (query.log) sql += "AND d.log_id = :log ";
    if (query.kind) sql += "AND d.kind = :kind ";
    if (query.before.value > 0)
      sql += match.empty() && query.topic ? "AND t.arrival < :before " : "AND d.arrival < :before ";
    if (match.empty()) {
      sql += query.topic ? "ORDER BY t.arrival DESC " : "ORDER BY d.arrival DESC ";
    } else {
      sql += "ORDER BY bm25(text, 8.0, 4.0, 1.0), d.arrival DESC ";
    }
    sql += "LIMIT :limit";
    auto select = db_.prepare(sql);
    if (!match.empty()) select.bind_text(match);
    if (query.topic) select.bind_text(*query.topic);
    if (query.log) select.bind_blob(query.log->view());
    if (query.kind) select.bind(static_cast<std::int64_t>(*query.kind));
    if (query.before.value > 0) select.bind(static_cast<std::int64_t>(query.before.value));
    select.bind(static_cast<std::int64_t>(query.limit));
    std::vector<IndexedRecord> out;
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return out;
      out.push_back(read_document(select));
    }
  }

  Result<std::optional<IndexedRecord>> get(const LogId& log, EntryIndex index) override {
    auto select = db_.prepare(std::string(kDocColumns) + "doc d WHERE d.log_id = ? AND d.entry_index = ?");
    select.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value));
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return std::optional<IndexedRecord>();
    return std::optional<IndexedRecord>(read_document(select));
  }

  Result<std::vector<RelatedRecord>> referring(const LogId& log, EntryIndex index) override {
    auto select = db_.prepare(
        "SELECT k.role, d.log_id, d.entry_index FROM link k JOIN doc d ON d.id = k.doc WHERE k.log_id = ? "
        "AND "
        "k.entry_index = ? ORDER BY d.arrival LIMIT 1000");
    select.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value));
    std::vector<RelatedRecord> out;
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return out;
      if (select.blob(1).size() != LogId::kSize) continue;
      out.push_back({static_cast<v1::RefRole>(select.integer(0)), LogId::from(select.blob(1)),
                     EntryIndex(select.number(2))});
    }
  }

  Result<std::optional<EntryIndex>> latest(const LogId& log, v1::Kind kind) override {
    auto select = db_.prepare("SELECT max(entry_index) FROM doc WHERE log_id = ? AND kind = ?");
    select.bind_blob(log.view()).bind(static_cast<std::int64_t>(kind));
    KOINON_ASSIGN(const bool found, select.step());
    if (!found || select.is_null(0)) return std::optional<EntryIndex>();
    return std::optional<EntryIndex>(EntryIndex(select.number(0)));
  }

  Result<ArrivalSeq> position() override {
    auto select = db_.prepare("SELECT value FROM meta WHERE key = 'position'");
    KOINON_ASSIGN(const bool found, select.step());
    return ArrivalSeq(found ? select.number(0) : 0);
  }

 private:
  sqlite::Connection db_;
};

}  // namespace

std::string match_expression(std::string_view words) {
  std::string out;
  std::size_t count = 0;
  const std::string text = nfc(words.substr(0, limits::kSearchBytes));
  for (std::size_t begin = 0; begin < text.size() && count < limits::kSearchWords;) {
    auto end = text.find_first_of(" \t\r\n", begin);
    if (end == std::string::npos) end = text.size();
    std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    const bool prefix = word.size() > 1 && word.back() == '*';
    if (prefix) word.pop_back();
    bool has_token = false;
    tokenize(word, true, [&](const Token&) {
      has_token = true;
      return 1;
    });
    if (!has_token) continue;
    std::string quoted;
    for (const char c : word) {
      quoted += c;
      if (c == '"') quoted += '"';
    }
    out += (out.empty() ? "\"" : " \"") + quoted + "\"" + (prefix ? "*" : "");
    ++count;
  }
  return out;
}

Result<std::unique_ptr<IndexWriter>> open_index_writer(const std::filesystem::path& path,
                                                       const JournalId& journal) {
  if (std::filesystem::exists(path)) {
    auto db = sqlite::Connection::open(path, {});
    if (db.ok()) {
      auto writer = std::make_unique<SqliteIndexWriter>(std::move(*db));
      if (writer->prepare(journal).ok()) return std::unique_ptr<IndexWriter>(std::move(writer));
    }
    // Derived data: an index that cannot be used is made anew.
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix, ignored);
  }
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {}));
  auto writer = std::make_unique<SqliteIndexWriter>(std::move(db));
  KOINON_TRY(writer->create(journal));
  return std::unique_ptr<IndexWriter>(std::move(writer));
}

Result<std::unique_ptr<IndexReader>> open_index_reader(const std::filesystem::path& path) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {true, false, ""}));
  auto reader = std::make_unique<SqliteIndexReader>(std::move(db));
  KOINON_TRY(reader->prepare());
  return std::unique_ptr<IndexReader>(std::move(reader));
}

}  // namespace koinon
