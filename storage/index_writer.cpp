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

constexpr int kIndexVersion = 8;
constexpr std::size_t kBytesPerWord = 6;
constexpr std::size_t kBatchRows = 64;
constexpr std::uint64_t kBatchRecords = 2000;
constexpr int kCleanPages = 1000;       // of a step: 8 MiB
constexpr std::size_t kRestated = 200;  // records whose standing one record may change

constexpr const char* kSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE doc (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: readers keep what they know of a record by it
  log_id BLOB NOT NULL, entry_index INTEGER NOT NULL,
  arrival INTEGER NOT NULL, kind INTEGER NOT NULL, created_at_ms INTEGER NOT NULL,
  language TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL, topics TEXT NOT NULL,
  readable INTEGER NOT NULL,
  evidence INTEGER NOT NULL, cost INTEGER NOT NULL, sdgs INTEGER NOT NULL, outcome INTEGER NOT NULL,
  length INTEGER NOT NULL, change INTEGER NOT NULL,
  status INTEGER NOT NULL DEFAULT 0,      -- RecordStatus
  status_by INTEGER NOT NULL DEFAULT -1,  -- the entry of its log that made it so
  stands INTEGER NOT NULL DEFAULT 1,      -- it, or a version of it, is there still: what it revises is superseded
  erased INTEGER NOT NULL DEFAULT 0,      -- its body is known to be erased
  withdrawn_by INTEGER NOT NULL DEFAULT -1,  -- the first withdrawal of it
  erased_by INTEGER NOT NULL DEFAULT -1,     -- the first that asks for its erasure
  UNIQUE (log_id, entry_index));
CREATE INDEX doc_by_change ON doc (change);
CREATE INDEX doc_by_arrival ON doc (arrival);
CREATE INDEX doc_by_log ON doc (log_id, arrival);
CREATE INDEX doc_by_log_and_kind ON doc (log_id, kind, arrival);
CREATE INDEX there_by_log ON doc (log_id, kind, arrival) WHERE status < 2;
CREATE INDEX doc_by_kind ON doc (kind, arrival);
CREATE INDEX standing_by_kind ON doc (kind, arrival) WHERE kind IN (5, 6, 7, 8) AND length > 0 AND status = 0;
CREATE INDEX standing_by_log ON doc (log_id, kind, arrival)
  WHERE kind IN (5, 6, 7, 8) AND length > 0 AND status = 0;
CREATE TABLE topic (topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, arrival, doc)) WITHOUT ROWID;
CREATE TABLE kind_topic (topic TEXT NOT NULL, kind INTEGER NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, kind, arrival, doc)) WITHOUT ROWID;
CREATE TABLE log_topic (log_id BLOB NOT NULL, topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, topic, arrival, doc)) WITHOUT ROWID;
CREATE TABLE standing_topic (topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, arrival, doc)) WITHOUT ROWID;
CREATE TABLE link (log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, role INTEGER NOT NULL, doc INTEGER NOT NULL,
  own INTEGER NOT NULL,  -- of one log
  PRIMARY KEY (log_id, entry_index, doc, role)) WITHOUT ROWID;
CREATE INDEX link_by_doc ON link (doc);
CREATE INDEX link_of_own ON link (log_id, entry_index, role, doc) WHERE own = 1;
CREATE TABLE referred (log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (log_id, entry_index)) WITHOUT ROWID;
CREATE TRIGGER link_added AFTER INSERT ON link BEGIN
  INSERT OR IGNORE INTO referred VALUES (new.log_id, new.entry_index, 0);
  UPDATE referred SET count = count + 1 WHERE log_id = new.log_id AND entry_index = new.entry_index;
END;
CREATE TRIGGER link_gone AFTER DELETE ON link WHEN (SELECT status FROM doc WHERE id = old.doc) < 2 BEGIN
  UPDATE referred SET count = count - 1 WHERE log_id = old.log_id AND entry_index = old.entry_index;
END;
CREATE TABLE addressee (log_id BLOB NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, arrival, doc)) WITHOUT ROWID;
CREATE INDEX addressee_by_doc ON addressee (doc);
CREATE TABLE city (
  log_id BLOB PRIMARY KEY, entry_index INTEGER NOT NULL, name TEXT NOT NULL, population REAL NOT NULL,
  density REAL NOT NULL, climate TEXT NOT NULL, income INTEGER NOT NULL, country TEXT NOT NULL,
  change INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX city_by_change ON city (change);
CREATE TABLE removed (log_id BLOB NOT NULL,
  whole INTEGER NOT NULL,  -- 1: all of a log; 0: what its profile says of the city
  change INTEGER NOT NULL, PRIMARY KEY (log_id, whole)) WITHOUT ROWID;
CREATE INDEX removed_by_change ON removed (change);
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
      if (found && select.blob(0) == journal.view()) return read_unclean();
    }
    return fail(Code::kConflict, "the index belongs to another store or version", "index.db");
  }

  Status read_unclean() {
    auto select = db_.prepare("SELECT 1 FROM meta WHERE key = 'unclean'");
    KOINON_ASSIGN(unclean_, select.step());
    return {};
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
        "DELETE FROM doc; DELETE FROM topic; DELETE FROM kind_topic; DELETE FROM log_topic; DELETE FROM "
        "standing_topic; DELETE FROM removed; DELETE FROM sqlite_sequence; DELETE FROM link; DELETE FROM "
        "referred; DELETE FROM addressee; DELETE FROM city; DELETE FROM text; DELETE FROM meta WHERE key = "
        "'position'");
    if (status.ok()) status = note_unclean();
    if (status.ok()) status = new_generation();
    if (status.ok()) status = db_.execute("COMMIT");
    if (!status.ok()) (void)db_.execute("ROLLBACK");
    unclean_ = unclean_ || status.ok();
    unfolded_ = true;
    return status;
  }

  Result<std::size_t> catch_up(StoreReader& store) override {
    KOINON_ASSIGN(const ArrivalSeq position, read_position());
    KOINON_ASSIGN(const auto arrivals, store.arrivals(position, kBatchRows));
    if (arrivals.empty()) {
      (void)fold();
      return std::size_t{0};
    }
    taken_away_ = false;
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    auto result = index_arrivals(store, arrivals);
    // Full text keeps the words of deleted rows until all of it is rewritten, which is for clean(). That is
    // written down with what was taken away, so that no crash forgets it.
    if (result.ok() && taken_away_ && !unclean_) {
      if (Status status = note_unclean(); !status.ok()) result = status.error();
    }
    if (result.ok()) {
      if (Status status = db_.execute("COMMIT"); !status.ok()) result = status.error();
    }
    if (!result.ok()) {
      (void)db_.execute("ROLLBACK");
      return result;
    }
    unclean_ = unclean_ || taken_away_;
    unfolded_ = unfolded_ || taken_away_;
    (void)fold();
    return result;
  }

  bool fold() override {
    if (!unfolded_) return true;
    const auto folded = db_.fold();
    if (folded.ok() && *folded) unfolded_ = false;
    return !unfolded_;
  }

  bool is_unclean() const override { return unclean_; }

  Result<bool> clean() override {
    if (!unclean_) return false;
    const std::int64_t before = sqlite3_total_changes64(db_.handle());
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    // A negative number: all segments become one, so many pages at a time. (FTS5, "The merge command")
    Status status =
        db_.execute("INSERT INTO text (text, rank) VALUES ('merge', -" + std::to_string(kCleanPages) + ")");
    const bool done = status.ok() && sqlite3_total_changes64(db_.handle()) - before < 2;  // nothing to merge
    if (done) status = db_.execute("DELETE FROM meta WHERE key = 'unclean'");
    if (status.ok()) status = db_.execute("COMMIT");
    if (!status.ok()) {
      (void)db_.execute("ROLLBACK");
      return status.error();
    }
    unclean_ = !done;
    unfolded_ = true;
    (void)fold();
    return !done;
  }

 private:
  Status note_unclean() {
    return db_.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('unclean', 1)");
  }

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
        KOINON_TRY(index_record(store, arrival.log, position, *record));
      }
      if (done >= kBatchRecords) break;
    }
    auto put = db_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('position', ?)");
    KOINON_TRY(put.bind(static_cast<std::int64_t>(position.value)).run());
    return done;
  }

  Status remove_log(const LogId& log) {
    taken_away_ = true;
    KOINON_TRY(remove_topics(log));
    for (const char* sql : {"DELETE FROM text WHERE rowid IN (SELECT id FROM doc WHERE log_id = ?)",
                            "DELETE FROM link WHERE doc IN (SELECT id FROM doc WHERE log_id = ?)",
                            "DELETE FROM addressee WHERE doc IN (SELECT id FROM doc WHERE log_id = ?)",
                            "DELETE FROM log_topic WHERE log_id = ?", "DELETE FROM city WHERE log_id = ?",
                            "DELETE FROM doc WHERE log_id = ?"}) {
      auto remove = db_.prepare(sql);
      KOINON_TRY(remove.bind_blob(log.view()).run());
    }
    return note_removal(log, true);
  }

  // Whoever keeps something of it in memory forgets it. The latest time is enough.
  Status note_removal(const LogId& log, bool whole) {
    KOINON_ASSIGN(const std::int64_t change, next_change());
    auto put = db_.prepare("INSERT OR REPLACE INTO removed (log_id, whole, change) VALUES (?, ?, ?)");
    return put.bind_blob(log.view()).bind(whole ? 1 : 0).bind(change).run();
  }

  // By their keys, which begin with the topic.
  Status remove_topics(const LogId& log) {
    auto select = db_.prepare("SELECT id, arrival, topics, kind FROM doc WHERE log_id = ?");
    select.bind_blob(log.view());
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return {};
      const std::int64_t id = select.integer(0);
      const std::int64_t arrival = select.integer(1);
      const std::int64_t kind = select.integer(3);
      KOINON_TRY(each_topic(select.text(2), [&](std::string_view topic) -> Status {
        for (const char* sql : {"DELETE FROM topic WHERE topic = ? AND arrival = ? AND doc = ?",
                                "DELETE FROM standing_topic WHERE topic = ? AND arrival = ? AND doc = ?"}) {
          auto remove = db_.prepare(sql);
          KOINON_TRY(remove.bind_text(topic).bind(arrival).bind(id).run());
        }
        auto remove =
            db_.prepare("DELETE FROM kind_topic WHERE topic = ? AND kind = ? AND arrival = ? AND doc = ?");
        return remove.bind_text(topic).bind(kind).bind(arrival).bind(id).run();
      }));
    }
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
          "city), (SELECT coalesce(max(change), 0) FROM removed))");
      KOINON_TRY(select.step());
      change_ = select.integer(0);
    }
    return ++change_;
  }

  // A record that was indexed without its body is indexed anew when the body comes, and loses its text when
  // the body goes.
  Status index_record(StoreReader& store, const LogId& log, ArrivalSeq arrival, const StoredRecord& record) {
    KOINON_ASSIGN(const auto known, find_document(log, record.index));
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
      }
    }
    std::int64_t id = 0;
    if (known) {
      id = known->id;
      KOINON_TRY(update_document(*known, content));
    } else {
      KOINON_ASSIGN(id, insert_document(log, arrival, record.index, entry.ok() ? &*entry : nullptr, content));
    }
    if (record.state == BodyState::kErased) {
      auto mark = db_.prepare("UPDATE doc SET erased = 1 WHERE id = ?");
      KOINON_TRY(mark.bind(id).run());
    }
    if (!entry.ok()) return {};
    // Of a log the later entries come later: what is new here is referred to by nothing yet.
    if (known || record.state == BodyState::kErased) KOINON_TRY(restate(store, log, id));
    if (!known) KOINON_TRY(note_withdrawal(log, record.index, *entry));
    // What it revises or withdraws is not what it was.
    KOINON_ASSIGN(const auto older, targets(id));
    for (const std::int64_t target : older) KOINON_TRY(restate(store, log, target));
    return entry->kind() == v1::KIND_PROFILE ? settle_city(store, log) : Status();
  }

  // The first withdrawal of a record counts, and the first that asks for its erasure.
  Status note_withdrawal(const LogId& log, EntryIndex index, const v1::Entry& entry) {
    const auto fact = withdrawal_of(index, entry);
    if (!fact) return {};
    auto update = db_.prepare(
        "UPDATE doc SET withdrawn_by = iif(withdrawn_by < 0, ?1, withdrawn_by), erased_by = iif(?2 AND "
        "erased_by < 0, ?1, erased_by) WHERE log_id = ?3 AND entry_index = ?4");
    return update.bind(static_cast<std::int64_t>(index.value))
        .bind(fact->erase ? 1 : 0)
        .bind_blob(log.view())
        .bind(static_cast<std::int64_t>(fact->target.value))
        .run();
  }

  // The records of its own log that a record revises or withdraws.
  Result<std::vector<std::int64_t>> targets(std::int64_t id) {
    auto select = db_.prepare(
        "SELECT t.id FROM doc d JOIN link k ON k.doc = d.id JOIN doc t ON t.log_id = k.log_id AND "
        "t.entry_index = k.entry_index WHERE d.id = ? AND k.own = 1 AND k.role IN (2, 8) AND t.entry_index < "
        "d.entry_index");
    select.bind(id);
    std::vector<std::int64_t> out;
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return out;
      out.push_back(select.integer(0));
    }
  }

  // What a record is now, and with it what it revises: comes to the same in whatever order they arrived.
  Status restate(StoreReader& store, const LogId& log, std::int64_t id) {
    std::vector<std::int64_t> open{id};
    std::set<std::int64_t> seen;
    while (!open.empty() && seen.size() < kRestated) {
      const std::int64_t doc = open.back();
      open.pop_back();
      if (!seen.insert(doc).second) continue;
      KOINON_ASSIGN(const bool changed, restate_one(store, log, doc));
      if (!changed) continue;
      KOINON_ASSIGN(const auto older, targets(doc));
      open.insert(open.end(), older.begin(), older.end());
    }
    return {};
  }

  struct Standing {
    RecordStatus status = RecordStatus::kCurrent;
    std::int64_t by = -1;
    bool superseded = false;
  };

  // The newest version of it by its own city that is there still.
  Result<std::optional<std::int64_t>> newer_version(std::int64_t id) {
    auto newer = db_.prepare(
        "SELECT r.entry_index FROM doc d JOIN link k ON k.log_id = d.log_id AND k.entry_index = "
        "d.entry_index "
        "AND k.own = 1 AND k.role = 2 JOIN doc r ON r.id = k.doc WHERE d.id = ? AND r.kind = d.kind AND "
        "r.entry_index > d.entry_index AND r.stands = 1 ORDER BY k.doc DESC LIMIT 1");
    newer.bind(id);
    KOINON_ASSIGN(const bool found, newer.step());
    return found ? std::optional(newer.integer(0)) : std::nullopt;
  }

  Result<bool> restate_one(StoreReader& store, const LogId& log, std::int64_t id) {
    Standing is;
    KOINON_ASSIGN(const auto newer, newer_version(id));
    if (newer) is = {RecordStatus::kSuperseded, *newer, true};
    KOINON_ASSIGN(const auto facts, facts_of(id));
    if (!facts) return false;
    if (facts->withdrawn_by >= 0) is = {RecordStatus::kWithdrawn, facts->withdrawn_by, is.superseded};
    if (facts->erased_by >= 0 || facts->erased) is = {RecordStatus::kErased, facts->erased_by, is.superseded};
    KOINON_ASSIGN(const bool changed, put_status(id, is));
    if (!changed) return false;
    const bool stands = is_note(facts->kind) && is.status == RecordStatus::kCurrent && facts->has_text;
    KOINON_TRY(put_standing(id, facts->arrival, facts->topics, stands));
    if (facts->was_gone != is_gone(is.status)) KOINON_TRY(count_references(id, facts->was_gone ? 1 : -1));
    if (facts->kind == v1::KIND_PROFILE) KOINON_TRY(settle_city(store, log));
    return true;
  }

  struct Facts {
    std::int64_t kind = 0;
    std::int64_t arrival = 0;
    std::string topics;
    bool has_text = false;
    bool was_gone = false;
    bool erased = false;
    std::int64_t withdrawn_by = -1;
    std::int64_t erased_by = -1;
  };
  Result<std::optional<Facts>> facts_of(std::int64_t id) {
    auto select = db_.prepare(
        "SELECT kind, arrival, topics, length, status, erased, withdrawn_by, erased_by FROM doc WHERE id = "
        "?");
    select.bind(id);
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return std::optional<Facts>();
    return std::optional(Facts{select.integer(0), select.integer(1), select.text(2), select.integer(3) > 0,
                               is_gone(static_cast<RecordStatus>(select.integer(4))), select.integer(5) != 0,
                               select.integer(6), select.integer(7)});
  }

  Result<bool> put_status(std::int64_t id, const Standing& is) {
    const std::int64_t stands = !is_gone(is.status) || is.superseded ? 1 : 0;
    KOINON_ASSIGN(const std::int64_t change, next_change());
    auto update = db_.prepare(
        "UPDATE doc SET status = ?1, status_by = ?2, stands = ?3, change = ?4 WHERE id = ?5 AND (status <> "
        "?1 "
        "OR status_by <> ?2 OR stands <> ?3)");
    KOINON_TRY(update.bind(static_cast<std::int64_t>(is.status))
                   .bind(is.by)
                   .bind(stands)
                   .bind(change)
                   .bind(id)
                   .run());
    return db_.changes() > 0;
  }

  // What was taken back no longer counts as a reference to anything.
  Status count_references(std::int64_t id, std::int64_t more) {
    auto select = db_.prepare("SELECT log_id, entry_index FROM link WHERE doc = ?");
    select.bind(id);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return {};
      auto update = db_.prepare("UPDATE referred SET count = count + ? WHERE log_id = ? AND entry_index = ?");
      KOINON_TRY(update.bind(more).bind_blob(select.blob(0)).bind(select.integer(1)).run());
    }
  }

  // A city is compared by its latest profile that stands. What was in one that is gone goes from here too.
  Status settle_city(StoreReader& store, const LogId& log) {
    std::int64_t latest = -1;
    {
      auto select = db_.prepare(
          "SELECT entry_index FROM doc WHERE log_id = ? AND kind = 4 AND status < 2 AND length > 0 ORDER BY "
          "arrival DESC LIMIT 1");
      select.bind_blob(log.view());
      KOINON_ASSIGN(const bool found, select.step());
      if (found) latest = select.integer(0);
    }
    {
      auto same = db_.prepare("SELECT 1 FROM city WHERE log_id = ? AND entry_index = ?");
      same.bind_blob(log.view()).bind(latest);
      KOINON_ASSIGN(const bool found, same.step());
      if (found) return {};
    }
    auto remove = db_.prepare("DELETE FROM city WHERE log_id = ?");
    KOINON_TRY(remove.bind_blob(log.view()).run());
    const bool removed = db_.changes() > 0;
    taken_away_ = taken_away_ || removed;
    if (latest >= 0) {
      const EntryIndex index(static_cast<std::uint64_t>(latest));
      KOINON_ASSIGN(const StoredRecord record, store.record(log, index));
      const auto body = parse_body(record.body);
      if (body.ok() && body->has_profile()) return put_city(log, index, body->profile());
    }
    return removed ? note_removal(log, false) : Status();
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

  // What the index has of a record already.
  struct Known {
    std::int64_t id = 0;
    std::int64_t arrival = 0;
    bool may_stand = false;  // a note that its city has neither revised nor taken back
    std::string topics;
  };
  Result<std::optional<Known>> find_document(const LogId& log, EntryIndex index) {
    auto find =
        db_.prepare("SELECT id, arrival, kind, status, topics FROM doc WHERE log_id = ? AND entry_index = ?");
    find.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value));
    KOINON_ASSIGN(const bool found, find.step());
    if (!found) return std::optional<Known>();
    const bool may_stand = is_note(find.integer(2)) && find.integer(3) == 0;
    return std::optional(Known{find.integer(0), find.integer(1), may_stand, find.text(4)});
  }

  static bool is_note(std::int64_t kind) { return kind >= v1::KIND_PRACTICE && kind <= v1::KIND_ANSWER; }

  Status update_document(const Known& known, const Content& content) {
    const std::int64_t id = known.id;
    KOINON_TRY(put_standing(id, known.arrival, known.topics, known.may_stand && content.length() > 0));
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

  Result<std::int64_t> insert_document(const LogId& log, ArrivalSeq arrival, EntryIndex index,
                                       const v1::Entry* entry, const Content& content) {
    std::string topics;
    if (entry != nullptr) {
      for (const auto& topic : entry->topics()) topics += (topics.empty() ? "" : " ") + topic;
    }
    KOINON_ASSIGN(const std::int64_t change, next_change());
    auto insert = db_.prepare(
        "INSERT INTO doc (log_id, entry_index, arrival, kind, created_at_ms, language, title, summary, "
        "topics, readable, evidence, cost, sdgs, outcome, length, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?)");
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
      KOINON_TRY(insert_topics(id, log, arrival, entry->kind(), topics));
      KOINON_TRY(insert_links(id, log, *entry));
      KOINON_TRY(insert_addressees(id, log, arrival, *entry));
      if (is_note(entry->kind()) && content.length() > 0)
        KOINON_TRY(put_standing(id, static_cast<std::int64_t>(arrival.value), topics, true));
    }
    KOINON_TRY(insert_text(id, content));
    return id;
  }

  // Each topic of a document and those above it, so that one look-up finds everything below a topic.
  template <typename Each>
  static Status each_topic(std::string_view topics, Each each) {
    for (std::size_t begin = 0; begin < topics.size();) {
      const auto end = std::min(topics.find(' ', begin), topics.size());
      const std::string_view topic = topics.substr(begin, end - begin);
      for (auto slash = topic.find('/');; slash = topic.find('/', slash + 1)) {
        KOINON_TRY(each(topic.substr(0, slash)));
        if (slash == std::string_view::npos) break;
      }
      begin = end + 1;
    }
    return {};
  }

  Status put_standing(std::int64_t id, std::int64_t arrival, std::string_view topics, bool stands) {
    return each_topic(topics, [&](std::string_view topic) {
      auto change =
          db_.prepare(stands ? "INSERT OR IGNORE INTO standing_topic (topic, arrival, doc) VALUES (?, ?, ?)"
                             : "DELETE FROM standing_topic WHERE topic = ? AND arrival = ? AND doc = ?");
      return change.bind_text(topic).bind(arrival).bind(id).run();
    });
  }

  // Notes that others address to a city, or that refer to what it published.
  Status insert_addressees(std::int64_t id, const LogId& log, ArrivalSeq arrival, const v1::Entry& entry) {
    if (!is_note(entry.kind())) return {};
    std::set<std::string_view> cities(entry.to().begin(), entry.to().end());
    for (const auto& ref : entry.refs()) {
      const bool of_others = ref.role() != v1::REF_ROLE_REVISES && ref.role() != v1::REF_ROLE_WITHDRAWS;
      if (of_others && ref.role() > 0 && ref.role() < v1::REF_ROLE_WITHDRAWS) cities.insert(ref.log_id());
    }
    cities.erase(log.view());
    for (const std::string_view city : cities) {
      auto put = db_.prepare("INSERT OR IGNORE INTO addressee (log_id, arrival, doc) VALUES (?, ?, ?)");
      KOINON_TRY(put.bind_blob(city).bind(static_cast<std::int64_t>(arrival.value)).bind(id).run());
    }
    return {};
  }

  Status insert_topics(std::int64_t id, const LogId& log, ArrivalSeq arrival, v1::Kind kind,
                       std::string_view topics) {
    return each_topic(topics, [&](std::string_view topic) -> Status {
      auto put = db_.prepare("INSERT OR IGNORE INTO topic (topic, arrival, doc) VALUES (?, ?, ?)");
      KOINON_TRY(put.bind_text(topic).bind(static_cast<std::int64_t>(arrival.value)).bind(id).run());
      auto of_log =
          db_.prepare("INSERT OR IGNORE INTO log_topic (log_id, topic, arrival, doc) VALUES (?, ?, ?, ?)");
      KOINON_TRY(of_log.bind_blob(log.view())
                     .bind_text(topic)
                     .bind(static_cast<std::int64_t>(arrival.value))
                     .bind(id)
                     .run());
      auto of_kind =
          db_.prepare("INSERT OR IGNORE INTO kind_topic (topic, kind, arrival, doc) VALUES (?, ?, ?, ?)");
      return of_kind.bind_text(topic)
          .bind(static_cast<std::int64_t>(kind))
          .bind(static_cast<std::int64_t>(arrival.value))
          .bind(id)
          .run();
    });
  }

  Status insert_links(std::int64_t id, const LogId& log, const v1::Entry& entry) {
    const auto add = [&](BytesView target, std::uint64_t index, v1::RefRole role) {
      auto put = db_.prepare(
          "INSERT OR IGNORE INTO link (log_id, entry_index, role, doc, own) VALUES (?, ?, ?, ?, ?)");
      return put.bind_blob(target)
          .bind(static_cast<std::int64_t>(index))
          .bind(static_cast<std::int64_t>(role))
          .bind(id)
          .bind(target == log.view() ? 1 : 0)
          .run();
    };
    for (const auto& ref : entry.refs()) {
      // What is withdrawn stands in the entry's control part; a ref beside it may say something else.
      if (ref.role() != v1::REF_ROLE_WITHDRAWS) KOINON_TRY(add(ref.log_id(), ref.index(), ref.role()));
    }
    if (entry.kind() != v1::KIND_WITHDRAWAL || !entry.control().has_withdrawal()) return {};
    return add(log.view(), entry.control().withdrawal().index(), v1::REF_ROLE_WITHDRAWS);
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
  bool unclean_ = false;     // and its words are in the file still
  bool unfolded_ = true;     // and may be in the write-ahead log; what a crash left there too
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
