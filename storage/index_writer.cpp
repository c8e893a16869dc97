#include <algorithm>
#include <map>
#include <set>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/note_text.h"
#include "storage/search/note_facts.h"
#include "storage/search/search_query.h"
#include "storage/search/topic_words.h"
#include "storage/search_index.h"
#include "storage/sqlite.h"
#include "storage/tokenizer.h"

namespace koinon {
namespace {

constexpr int kIndexVersion = 6;
constexpr std::size_t kBytesPerWord = 6;
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
  evidence INTEGER NOT NULL, cost INTEGER NOT NULL, sdgs INTEGER NOT NULL, outcome INTEGER NOT NULL,
  length INTEGER NOT NULL, change INTEGER NOT NULL,
  UNIQUE (log_id, entry_index));
CREATE INDEX doc_by_change ON doc (change);
CREATE INDEX doc_by_arrival ON doc (arrival);
CREATE INDEX doc_by_log ON doc (log_id, kind, arrival);
CREATE INDEX doc_by_kind ON doc (kind, arrival);
CREATE TABLE topic (topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, arrival, doc)) WITHOUT ROWID;
CREATE TABLE link (log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, role INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, entry_index, role, doc)) WITHOUT ROWID;
CREATE INDEX link_by_doc ON link (doc);
CREATE TABLE addressee (log_id BLOB NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, arrival, doc)) WITHOUT ROWID;
CREATE TABLE city (
  log_id BLOB PRIMARY KEY, entry_index INTEGER NOT NULL, name TEXT NOT NULL, population REAL NOT NULL,
  density REAL NOT NULL, climate TEXT NOT NULL, income INTEGER NOT NULL, country TEXT NOT NULL,
  change INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE text USING fts5 (title, summary, body, keywords, tokenize = 'koinon');
)sql";

// What is indexed of a note; nothing where its body is not held.
struct Content {
  NoteText text;
  NoteFacts facts;
  std::string keywords;
  bool held = false;

  // In words. A note that says nothing in words, as "we are trying this" may, is one all the same.
  std::int64_t length() const {
    const std::size_t bytes = text.title.size() + text.summary.size() + text.text.size();
    return held ? std::max<std::int64_t>(static_cast<std::int64_t>(bytes / kBytesPerWord), 1) : 0;
  }
};

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
        "DELETE FROM doc; DELETE FROM topic; DELETE FROM link; DELETE FROM addressee; DELETE FROM city; "
        "DELETE FROM text; DELETE FROM meta WHERE key = 'position'");
    if (status.ok()) status = new_generation();
    if (status.ok()) return db_.execute("COMMIT");
    (void)db_.execute("ROLLBACK");
    return status;
  }

  Result<std::size_t> catch_up(StoreReader& store) override {
    KOINON_ASSIGN(const ArrivalSeq position, read_position());
    KOINON_ASSIGN(const auto arrivals, store.arrivals(position, kBatchRows));
    if (arrivals.empty()) return std::size_t{0};
    taken_away_ = false;
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    auto result = index_arrivals(store, arrivals);
    // Full text keeps the terms of deleted rows until its segments are merged.
    if (result.ok() && taken_away_) {
      if (Status status = db_.execute("INSERT INTO text (text) VALUES ('optimize')"); !status.ok())
        result = status.error();
    }
    if (result.ok()) {
      if (Status status = db_.execute("COMMIT"); !status.ok()) result = status.error();
    }
    if (!result.ok()) {
      (void)db_.execute("ROLLBACK");
      return result;
    }
    // So that nothing of them is left in the write-ahead log; a reader may put it off to a later turn.
    if (taken_away_) (void)db_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
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
      if (arrival.kind == ArrivalKind::kRemoved) {
        KOINON_TRY(remove_log(arrival.log));
        position = ArrivalSeq(arrival.first.value + arrival.count - 1);
        ++done;
        continue;
      }
      for (std::uint64_t i = 0; i < arrival.count && done < kBatchRecords; ++i, ++done) {
        const EntryIndex index(arrival.from.value + i);
        position = ArrivalSeq(arrival.first.value + i);
        const auto record = store.record(arrival.log, index);
        // The log may have been removed since; a later arrival says so.
        if (!record.ok() && record.error().code == Code::kNotFound) continue;
        if (!record.ok()) return record.error();
        KOINON_TRY(index_record(arrival.log, position, *record));
      }
      if (done >= kBatchRecords) break;
    }
    auto put = db_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('position', ?)");
    KOINON_TRY(put.bind(static_cast<std::int64_t>(position.value)).run());
    return done;
  }

  Status remove_log(const LogId& log) {
    taken_away_ = true;
    for (const char* sql : {"DELETE FROM text WHERE rowid IN (SELECT id FROM doc WHERE log_id = ?)",
                            "DELETE FROM topic WHERE doc IN (SELECT id FROM doc WHERE log_id = ?)",
                            "DELETE FROM link WHERE doc IN (SELECT id FROM doc WHERE log_id = ?)",
                            "DELETE FROM addressee WHERE doc IN (SELECT id FROM doc WHERE log_id = ?)",
                            "DELETE FROM city WHERE log_id = ?", "DELETE FROM doc WHERE log_id = ?"}) {
      auto remove = db_.prepare(sql);
      KOINON_TRY(remove.bind_blob(log.view()).run());
    }
    return new_generation();
  }

  // Whoever keeps something of the index in memory begins anew.
  Status new_generation() {
    return db_.execute(
        "INSERT INTO meta (key, value) VALUES ('generation', 1) ON CONFLICT (key) DO UPDATE SET value = "
        "value + 1");
  }

  // Counts what was added or changed, so that readers ask for what is new alone.
  Result<std::int64_t> next_change() {
    if (change_ == 0) {
      auto select = db_.prepare(
          "SELECT max((SELECT coalesce(max(change), 0) FROM doc), (SELECT coalesce(max(change), 0) FROM "
          "city))");
      KOINON_TRY(select.step());
      change_ = select.integer(0);
    }
    return ++change_;
  }

  // A record that was indexed without its body is indexed anew when the body comes, and loses its text when
  // the body goes.
  Status index_record(const LogId& log, ArrivalSeq arrival, const StoredRecord& record) {
    auto find = db_.prepare("SELECT id, arrival FROM doc WHERE log_id = ? AND entry_index = ?");
    find.bind_blob(log.view()).bind(static_cast<std::int64_t>(record.index.value));
    KOINON_ASSIGN(const bool known, find.step());
    const std::int64_t known_id = known ? find.integer(0) : 0;
    const bool has_body = !record.body.empty() && !record.transit;
    const auto entry = parse_entry(record.entry);
    Content content;
    if (entry.ok() && has_body) {
      const auto body = parse_body(record.body);
      if (body.ok()) {
        content = {note_text(*body), note_facts(*body), {}, true};
        // What lists show of a note is of bounded size, whoever wrote it.
        content.text.title.resize(clipped_utf8(content.text.title, limits::kIndexedTitleBytes).size());
        content.keywords = keywords(*entry, content.text);
        if (body->has_profile()) KOINON_TRY(put_city(log, record.index, body->profile()));
      }
    }
    if (known) return update_document(known_id, content);
    return insert_document(log, arrival, record.index, entry.ok() ? &*entry : nullptr, content);
  }

  // What is found, beside the words themselves: their stems, and the topics with those above them.
  std::string keywords(const v1::Entry& entry, const NoteText& text) {
    std::string out;
    const auto language = entry.language();
    const auto it = stemmers_.find(language);
    Stemmer* stemmer = it != stemmers_.end()
                           ? it->second.get()
                           : stemmers_.emplace(language, Stemmer::of_language(language)).first->second.get();
    if (stemmer != nullptr) {
      const std::string all = text.title + "\n" + text.summary + "\n" + text.text;
      for (const auto& stem : stems_of(nfc(all), *stemmer)) out += stem + "\n";
    }
    std::set<std::string> names;
    for (const auto& topic : entry.topics()) {
      for (auto end = topic.find('/');; end = topic.find('/', end + 1)) {
        names.insert({topic.substr(0, end), topic_term(topic.substr(0, end))});
        if (end == std::string::npos) break;
      }
    }
    for (const auto& name : names) out += name + "\n";
    return out;
  }

  Status put_city(const LogId& log, EntryIndex index, const v1::Profile& profile) {
    KOINON_ASSIGN(const std::int64_t change, next_change());
    const CityMeasures measures = city_measures(profile);
    auto put = db_.prepare(
        "INSERT INTO city (log_id, entry_index, name, population, density, climate, income, country, change) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (log_id) DO UPDATE SET entry_index = "
        "excluded.entry_index, "
        "name = excluded.name, population = excluded.population, density = excluded.density, climate = "
        "excluded.climate, income = excluded.income, country = excluded.country, change = excluded.change "
        "WHERE excluded.entry_index >= entry_index");
    return put.bind_blob(log.view())
        .bind(static_cast<std::int64_t>(index.value))
        .bind_text(profile.display_name())
        .bind_real(measures.population)
        .bind_real(measures.density)
        .bind_text(measures.climate)
        .bind(measures.income)
        .bind_text(measures.country)
        .bind(change)
        .run();
  }

  Status update_document(std::int64_t id, const Content& content) {
    auto remove = db_.prepare("DELETE FROM text WHERE rowid = ?");
    KOINON_TRY(remove.bind(id).run());
    taken_away_ = taken_away_ || db_.changes() > 0;
    KOINON_ASSIGN(const std::int64_t change, next_change());
    auto update = db_.prepare(
        "UPDATE doc SET title = ?, summary = ?, evidence = ?, cost = ?, sdgs = ?, outcome = ?, length = ?, "
        "change = ? "
        "WHERE id = ?");
    KOINON_TRY(update.bind_text(content.text.title)
                   .bind_text(clipped_utf8(content.text.summary, limits::kIndexedSummaryBytes))
                   .bind(content.facts.evidence)
                   .bind(static_cast<std::int64_t>(content.facts.cost))
                   .bind(content.facts.sdgs)
                   .bind(static_cast<std::int64_t>(content.facts.outcome))
                   .bind(content.length())
                   .bind(change)
                   .bind(id)
                   .run());
    return insert_text(id, content);
  }

  Status insert_document(const LogId& log, ArrivalSeq arrival, EntryIndex index, const v1::Entry* entry,
                         const Content& content) {
    std::string topics;
    if (entry != nullptr) {
      for (const auto& topic : entry->topics()) topics += (topics.empty() ? "" : " ") + topic;
    }
    KOINON_ASSIGN(const std::int64_t change, next_change());
    auto insert = db_.prepare(
        "INSERT INTO doc (log_id, entry_index, arrival, kind, created_at_ms, language, title, summary, "
        "topics, "
        "readable, evidence, cost, sdgs, outcome, length, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?, "
        "?, ?)");
    const std::string language = entry == nullptr ? "" : entry->language();
    KOINON_TRY(insert.bind_blob(log.view())
                   .bind(static_cast<std::int64_t>(index.value))
                   .bind(static_cast<std::int64_t>(arrival.value))
                   .bind(entry == nullptr ? 0 : static_cast<std::int64_t>(entry->kind()))
                   .bind(entry == nullptr ? 0 : entry->created_at_ms())
                   .bind_text(language)
                   .bind_text(content.text.title)
                   .bind_text(clipped_utf8(content.text.summary, limits::kIndexedSummaryBytes))
                   .bind_text(topics)
                   .bind(entry == nullptr ? 0 : 1)
                   .bind(content.facts.evidence)
                   .bind(static_cast<std::int64_t>(content.facts.cost))
                   .bind(content.facts.sdgs)
                   .bind(static_cast<std::int64_t>(content.facts.outcome))
                   .bind(content.length())
                   .bind(change)
                   .run());
    const std::int64_t id = sqlite3_last_insert_rowid(db_.handle());
    if (entry != nullptr) {
      KOINON_TRY(insert_topics(id, arrival, *entry));
      KOINON_TRY(insert_links(id, *entry));
      KOINON_TRY(insert_addressees(id, arrival, *entry));
    }
    return insert_text(id, content);
  }

  Status insert_addressees(std::int64_t id, ArrivalSeq arrival, const v1::Entry& entry) {
    for (const auto& city : entry.to()) {
      auto put = db_.prepare("INSERT OR IGNORE INTO addressee (log_id, arrival, doc) VALUES (?, ?, ?)");
      KOINON_TRY(put.bind_blob(city).bind(static_cast<std::int64_t>(arrival.value)).bind(id).run());
    }
    return {};
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

  Status insert_text(std::int64_t id, const Content& content) {
    if (content.length() == 0) return {};
    const std::string title = nfc(content.text.title);
    const std::string summary = nfc(content.text.summary);
    const std::string body = nfc(content.text.text);
    auto insert =
        db_.prepare("INSERT INTO text (rowid, title, summary, body, keywords) VALUES (?, ?, ?, ?, ?)");
    return insert.bind(id)
        .bind_text(title)
        .bind_text(summary)
        .bind_text(body)
        .bind_text(content.keywords)
        .run();
  }

  std::map<std::string, std::unique_ptr<Stemmer>> stemmers_;  // by language; null where there is none
  std::int64_t change_ = 0;
  sqlite::Connection db_;
  bool taken_away_ = false;  // text was deleted in this batch
};

}  // namespace

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

}  // namespace koinon
