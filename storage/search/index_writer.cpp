#include "crypto/epoch.h"
#include "crypto/merkle.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/search/city_rows.h"
#include "storage/search/document_removal.h"
#include "storage/search/index_changes.h"
#include "storage/search/index_schema.h"
#include "storage/search/keywords.h"
#include "storage/search/note_facts.h"
#include "storage/search/note_text.h"
#include "storage/search/note_words.h"
#include "storage/search/record_standing.h"
#include "storage/search/reference_rows.h"
#include "storage/search/search_index.h"
#include "storage/search/stated_rows.h"
#include "storage/search/tokenizer.h"
#include "storage/search/topic_rows.h"
#include "storage/search/word_rows.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {
namespace {

constexpr std::size_t kBytesPerWord = 6;
constexpr std::size_t kBatchRows = 64;
constexpr std::size_t kGatheredBytes = 8 * limits::kMiB;  // of words, in memory, in one transaction
constexpr int kMergedAtOnce = 8;                          // pieces of the full text
constexpr int kCleanPages = 1000;                         // of a step: 8 MiB

// What is indexed of a note. Empty if its body is not held.
struct Content {
  NoteText text;
  NoteText normal{};  // the same in normalisation form C
  NoteFacts facts;
  std::string keywords;
  bool held = false;
  NoteWords words{};

  // In words. A note without words, such as an adoption that only says "trying", counts as one word: 0 means
  // that its body is not held.
  std::int64_t length() const {
    const std::size_t bytes = text.title.size() + text.summary.size() + text.text.size();
    return held ? std::max<std::int64_t>(static_cast<std::int64_t>(bytes / kBytesPerWord), 1) : 0;
  }
};

class SqliteIndexWriter final : public IndexWriter {
 public:
  explicit SqliteIndexWriter(sqlite::Connection db) : db_(std::move(db)) {}

  Status prepare(const std::vector<EpochRange>& epochs) {
    KOINON_TRY(register_tokenizer(db_));
    KOINON_TRY(db_.execute("PRAGMA journal_mode=WAL"));
    KOINON_TRY(db_.execute("PRAGMA synchronous=NORMAL"));
    KOINON_TRY(db_.execute("PRAGMA secure_delete=ON"));
    auto version = db_.prepare("PRAGMA user_version");
    KOINON_TRY(version.step());
    if (version.integer(0) == kIndexVersion) {
      KOINON_TRY(read_epoch());
      KOINON_ASSIGN(const bool stands, stands_in(epochs));
      if (stands && !epochs.empty()) {
        KOINON_TRY(put_epoch(epochs.back().epoch));
        KOINON_TRY(set_up_full_text());
        return read_unclean();
      }
    }
    return fail(Code::kConflict, "the index belongs to another store or version", "index.db");
  }

  // Whether the file belongs to another store or version, is damaged, or is no index at all.
  bool is_of_no_use(const Error& error) const {
    const int code = sqlite3_errcode(db_.handle()) & 0xFF;
    return error.code == Code::kConflict || code == SQLITE_CORRUPT || code == SQLITE_NOTADB ||
           code == SQLITE_ERROR;
  }

  Status read_unclean() {
    auto select = db_.prepare("SELECT 1 FROM meta WHERE key = 'unclean'");
    KOINON_ASSIGN(unclean_, select.step());
    return {};
  }

  Status create(const std::vector<EpochRange>& epochs) {
    KOINON_TRY(register_tokenizer(db_));
    KOINON_TRY(db_.execute("PRAGMA page_size=8192"));
    KOINON_TRY(db_.execute("PRAGMA journal_mode=WAL"));
    KOINON_TRY(db_.execute("PRAGMA synchronous=NORMAL"));
    KOINON_TRY(db_.execute("PRAGMA secure_delete=ON"));
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    Status status = db_.execute(kIndexSchema);
    if (status.ok() && !epochs.empty()) status = put_epoch(epochs.back().epoch);
    if (status.ok()) status = db_.execute("PRAGMA user_version=" + std::to_string(kIndexVersion));
    if (status.ok()) status = set_up_full_text();
    if (status.ok()) return db_.execute("COMMIT");
    (void)db_.execute("ROLLBACK");
    return status;
  }

  Status reset() override {
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    Status status = db_.execute(
        "DELETE FROM doc; DELETE FROM stated; DELETE FROM topic; DELETE FROM kind_topic; DELETE FROM "
        "log_topic; DELETE FROM "
        "log_kind_topic; DELETE FROM standing_topic; DELETE FROM removed; DELETE FROM void_entry; DELETE "
        "FROM void_notes; DELETE FROM sqlite_sequence; "
        "DELETE FROM link; DELETE FROM referred; DELETE FROM addressee; DELETE FROM city; DELETE FROM text; "
        "DELETE FROM city_domain; DELETE FROM city_name; DELETE FROM word; DELETE FROM word_form; DELETE "
        "FROM "
        "city_words; "
        "DELETE FROM meta WHERE key = 'position'");
    if (status.ok()) status = note_unclean();
    if (status.ok()) status = changes_.new_generation();
    if (status.ok()) status = db_.execute("COMMIT");
    if (!status.ok()) (void)db_.execute("ROLLBACK");
    words_.forget();
    unclean_ = unclean_ || status.ok();
    unfolded_ = true;
    return status;
  }

  using IndexWriter::catch_up;
  Result<std::size_t> catch_up(StoreReader& store, std::uint64_t most) override {
    KOINON_ASSIGN(const ArrivalSeq position, read_position());
    KOINON_ASSIGN(const auto arrivals, store.arrivals(position, kBatchRows));
    // Read after the arrivals: where it is still ours, they are all of it, or of one before.
    KOINON_ASSIGN(const auto epoch, store.epoch());
    if (epoch && epoch != epoch_) return follow_epoch(store);
    if (arrivals.empty()) {
      keywords_.rest();
      (void)fold();
      return std::size_t{0};
    }
    changes_.begin_batch();
    KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
    auto result = index_arrivals(store, arrivals, most);
    // The full text keeps the words of deleted rows until clean() has rewritten all of it. The deletion
    // itself writes down that this is needed, so that it is not forgotten in a crash.
    if (result.ok() && changes_.taken_away() && !unclean_) {
      if (Status status = note_unclean(); !status.ok()) result = status.error();
    }
    if (result.ok()) {
      if (Status status = db_.execute("COMMIT"); !status.ok()) result = status.error();
    }
    if (!result.ok()) {
      (void)db_.execute("ROLLBACK");
      words_.forget();
      return result;
    }
    unclean_ = unclean_ || changes_.taken_away();
    unfolded_ = unfolded_ || changes_.taken_away();
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
    // A negative number means: merge all segments into one, so many pages at a time. (FTS5, "The merge
    // command")
    Status status =
        db_.execute("INSERT INTO text (text, rank) VALUES ('merge', -" + std::to_string(kCleanPages) + ")");
    const bool merged =
        status.ok() && sqlite3_total_changes64(db_.handle()) - before < 2;  // nothing to merge
    // Then the words that no note has any more.
    bool done = false;
    if (merged) {
      const auto more = words_.clean_some();
      if (!more.ok()) status = more.error();
      done = more.ok() && !*more;
    }
    if (done || !merged) words_.begin_anew();
    if (done) status = db_.execute("DELETE FROM meta WHERE key = 'unclean'");
    if (status.ok()) status = db_.execute("COMMIT");
    if (!status.ok()) {
      (void)db_.execute("ROLLBACK");
      words_.begin_anew();
      return status.error();
    }
    unclean_ = !done;
    unfolded_ = true;
    (void)fold();
    return !done;
  }

 private:
  // The words of many notes are gathered before they are written: each piece that is written by itself is
  // merged with others later.
  Status set_up_full_text() {
    return db_.execute("INSERT INTO text (text, rank) VALUES ('hashsize', " + std::to_string(kGatheredBytes) +
                       "); INSERT INTO text (text, rank) VALUES ('automerge', " +
                       std::to_string(kMergedAtOnce) + ")");
  }

  Status note_unclean() {
    return db_.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('unclean', 1)");
  }

  Status read_epoch() {
    auto select = db_.prepare("SELECT value FROM meta WHERE key = 'epoch'");
    KOINON_ASSIGN(const bool found, select.step());
    epoch_.reset();
    if (found && select.blob(0).size() == Epoch::kSize) epoch_ = Epoch::from(select.blob(0));
    return {};
  }

  Status put_epoch(const Epoch& epoch) {
    auto put = db_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('epoch', ?)");
    KOINON_TRY(put.bind_blob(epoch.view()).run());
    epoch_ = epoch;
    return {};
  }

  // Whether all that is indexed is what the store had in these epochs.
  Result<bool> stands_in(const std::vector<EpochRange>& epochs) {
    if (!epoch_) return false;
    KOINON_ASSIGN(const ArrivalSeq position, read_position());
    return resumed(epochs, *epoch_, position, position) == position;
  }

  // A copy of the server that has not caught up yet has an older epoch than we have seen: it is waited for.
  // One that was put back from a backup is indexed anew at the next start.
  static Error server_is_older() {
    return fail(Code::kUnavailable,
                "the store is older than what is indexed here; it is waited for. If it was put back from a "
                "backup, restart this node",
                "index");
  }

  // The store began an epoch while we run. There is more to do in any case.
  Result<std::size_t> follow_epoch(StoreReader& store) {
    KOINON_ASSIGN(const auto epochs, store.epochs());
    KOINON_ASSIGN(const bool stands, stands_in(epochs));
    if (!stands && epoch_ && !epochs.empty() && counter_of(epochs.back().epoch) < counter_of(*epoch_))
      return server_is_older();
    if (!stands && epoch_) KOINON_TRY(reset());
    KOINON_TRY(put_epoch(epochs.back().epoch));
    return std::size_t{1};
  }

  Result<ArrivalSeq> read_position() {
    auto select = db_.prepare("SELECT value FROM meta WHERE key = 'position'");
    KOINON_ASSIGN(const bool found, select.step());
    return ArrivalSeq(found ? select.number(0) : 0);
  }

  Result<std::size_t> index_arrivals(StoreReader& store, const std::vector<Arrival>& arrivals,
                                     std::uint64_t most) {
    KOINON_TRY(references_.begin(store));
    std::size_t done = 0;
    ArrivalSeq position(arrivals.front().first.value - 1);
    for (const Arrival& arrival : arrivals) {
      if (done >= most) break;
      if (arrival.kind == ArrivalKind::kRemoved) {
        KOINON_ASSIGN(const bool more, removal_.remove_log(arrival.log));
        ++done;
        if (more) break;  // the next transaction goes on here
        position = ArrivalSeq(arrival.first.value + arrival.count - 1);
        continue;
      }
      if (arrival.kind == ArrivalKind::kVoided) {
        KOINON_ASSIGN(const std::uint64_t passed, removal_.remove_void(store, arrival, most - done));
        done += passed;
        position = ArrivalSeq(arrival.first.value + passed - 1);
        if (passed < arrival.count) break;
        continue;
      }
      // Read before the records: what takes the place of a void one comes with an arrival of its own.
      KOINON_ASSIGN(const KeyHistory keys, keys_of(store, arrival));
      for (std::uint64_t i = 0; i < arrival.count && done < most; ++i, ++done) {
        const EntryIndex index(arrival.from.value + i);
        position = ArrivalSeq(arrival.first.value + i);
        const auto record = store.record(arrival.log, index);
        // The log may have been removed since, or the entry be void. A later arrival says so.
        if (!record.ok() && record.error().code == Code::kNotFound) continue;
        if (!record.ok()) return record.error();
        KOINON_TRY(index_record(store, {arrival.log, position, keys.recoveries_before(index)}, *record));
      }
    }
    auto put = db_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('position', ?)");
    KOINON_TRY(put.bind(static_cast<std::int64_t>(position.value)).run());
    return done;
  }

  // The keys of the log of new entries: they say after how many recoveries each was signed.
  static Result<KeyHistory> keys_of(StoreReader& store, const Arrival& arrival) {
    if (arrival.kind != ArrivalKind::kAdded) return KeyHistory();
    auto state = store.log_state(arrival.log);
    if (state.ok()) return std::move(state->keys);
    // It may have been removed since. A later arrival says so.
    return state.error().code == Code::kNotFound ? Result<KeyHistory>(KeyHistory()) : state.error();
  }

  struct Origin {
    LogId log;
    ArrivalSeq arrival;
    std::uint64_t recoveries = 0;
  };

  // A record that was indexed without its body is indexed anew when the body comes. It loses its text when
  // the body goes. Where its erasure was void it is erased no more.
  Status index_record(StoreReader& store, const Origin& from, const StoredRecord& record) {
    const LogId& log = from.log;
    KOINON_ASSIGN(const auto known, find_document(log, record.index));
    const bool has_body = !record.body.empty() && !record.transit && !record.hidden;
    const auto entry = parse_entry(record.entry);
    Content content;
    std::optional<v1::Body> body;
    if (entry.ok() && has_body) {
      auto parsed = parse_body(record.body);
      if (parsed.ok()) body = std::move(*parsed);
    }
    if (body) content = content_of(*entry, *body);
    if (record.index.value == 0) KOINON_TRY(cities_.begin(store, log));
    std::int64_t id = 0;
    if (known) {
      id = known->id;
      KOINON_TRY(update_document(log, *known, content));
    } else {
      KOINON_ASSIGN(id, insert_document(from, record, entry.ok() ? &*entry : nullptr, content));
    }
    if (entry.ok() && is_counted(entry->kind())) {
      const StatedFacts stated = stated_facts(log, *entry, body ? &*body : nullptr);
      KOINON_TRY(stated_.put(id, !known, changes_.last(), stated));
    }
    const bool erased = record.state == BodyState::kErased;
    if (known || erased) {
      auto mark = db_.prepare("UPDATE doc SET erased = ?1 WHERE id = ?2 AND erased <> ?1");
      KOINON_TRY(mark.bind(erased ? 1 : 0).bind(id).run());
    }
    if (!entry.ok()) return {};
    return standing_.settle(store, log, {id, !known, erased}, *entry);
  }

  // Lists show a bounded part of a note, whoever wrote it. Its texts are made ready for the full text here.
  Content content_of(const v1::Entry& entry, const v1::Body& body) {
    Content out{note_text(body), {}, note_facts(body), {}, true};
    out.text.title.resize(clipped_utf8(out.text.title, limits::kIndexedTitleBytes).size());
    out.normal = {nfc(out.text.title), nfc(out.text.summary), nfc(out.text.text)};
    out.words = NoteWords(out.normal);
    out.keywords = keywords_.of(entry, out.words);
    return out;
  }

  // Of these kinds overviews count what they state.
  static bool is_counted(v1::Kind kind) {
    return kind == v1::KIND_PRACTICE || kind == v1::KIND_ADOPTION || kind == v1::KIND_ANSWER;
  }

  // What the index already has of a record.
  struct Known {
    std::int64_t id = 0;
    std::int64_t arrival = 0;
    bool may_stand = false;  // it is a note that its city has neither revised nor withdrawn
    std::string topics;
  };
  Result<std::optional<Known>> find_document(const LogId& log, EntryIndex index) {
    auto find =
        db_.prepare("SELECT id, arrival, kind, status, topics FROM doc WHERE log_id = ? AND entry_index = ?");
    find.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value));
    KOINON_ASSIGN(const bool found, find.step());
    if (!found) return std::optional<Known>();
    const bool may_stand = is_note(static_cast<v1::Kind>(find.integer(2))) && find.integer(3) == 0;
    return std::optional(Known{find.integer(0), find.integer(1), may_stand, find.text(4)});
  }

  // Binds title, summary, evidence, cost, sdgs, outcome, stopped, dollars, length and change, in this order.
  static sqlite::Statement& bind_content(sqlite::Statement& to, const Content& content, std::int64_t change) {
    return to.bind_text(content.text.title)
        .bind_text(clipped_utf8(content.text.summary, limits::kIndexedSummaryBytes))
        .bind(content.facts.evidence)
        .bind(static_cast<std::int64_t>(content.facts.cost))
        .bind(content.facts.sdgs)
        .bind(static_cast<std::int64_t>(content.facts.outcome))
        .bind(content.facts.stopped ? 1 : 0)
        .bind_real(content.facts.dollars)
        .bind(content.length())
        .bind(change);
  }

  Status update_document(const LogId& log, const Known& known, const Content& content) {
    const std::int64_t id = known.id;
    KOINON_TRY(
        topics_.set_standing(id, known.arrival, known.topics, known.may_stand && content.length() > 0));
    auto remove = db_.prepare("DELETE FROM text WHERE rowid = ?");
    KOINON_TRY(remove.bind(id).run());
    if (db_.changes() > 0) changes_.note_taken_away();
    KOINON_ASSIGN(const std::int64_t change, changes_.next());
    auto update = db_.prepare(
        "UPDATE doc SET title = ?, summary = ?, evidence = ?, cost = ?, sdgs = ?, outcome = ?, stopped = "
        "?, dollars = ?, length = ?, change = ? WHERE id = ?");
    KOINON_TRY(bind_content(update, content, change).bind(id).run());
    return insert_text(log, id, content);
  }

  Result<std::int64_t> insert_document(const Origin& from, const StoredRecord& record, const v1::Entry* entry,
                                       const Content& content) {
    const auto& [log, arrival, recoveries] = from;
    std::string topics;
    if (entry != nullptr) {
      for (const auto& topic : entry->topics()) topics += (topics.empty() ? "" : " ") + topic;
    }
    KOINON_ASSIGN(const std::int64_t change, changes_.next());
    auto insert = db_.prepare(
        "INSERT INTO doc (log_id, entry_index, leaf, recoveries, arrival, kind, created_at_ms, language, "
        "topics, readable, title, summary, evidence, cost, sdgs, outcome, stopped, dollars, length, change) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const std::string language = entry == nullptr ? "" : entry->language();
    const Hash leaf = leaf_hash(record.entry);
    insert.bind_blob(log.view())
        .bind(static_cast<std::int64_t>(record.index.value))
        .bind_blob(leaf.view())
        .bind(static_cast<std::int64_t>(recoveries))
        .bind(static_cast<std::int64_t>(arrival.value))
        .bind(entry == nullptr ? 0 : static_cast<std::int64_t>(entry->kind()))
        .bind(entry == nullptr ? 0 : entry->created_at_ms())
        .bind_text(language)
        .bind_text(topics)
        .bind(entry == nullptr ? 0 : 1);
    KOINON_TRY(bind_content(insert, content, change).run());
    const std::int64_t id = sqlite3_last_insert_rowid(db_.handle());
    if (entry != nullptr) {
      KOINON_TRY(topics_.insert(id, log, arrival, entry->kind(), topics));
      KOINON_TRY(references_.insert(id, log, record.index, arrival, *entry));
      if (is_note(entry->kind()) && content.length() > 0)
        KOINON_TRY(topics_.set_standing(id, static_cast<std::int64_t>(arrival.value), topics, true));
    }
    KOINON_TRY(insert_text(log, id, content));
    return id;
  }

  Status insert_text(const LogId& log, std::int64_t id, const Content& content) {
    if (content.length() == 0) return {};
    auto insert =
        db_.prepare("INSERT INTO text (rowid, title, summary, body, keywords) VALUES (?, ?, ?, ?, ?)");
    KOINON_TRY(insert.bind(id)
                   .bind_text(content.normal.title)
                   .bind_text(content.normal.summary)
                   .bind_text(content.normal.text)
                   .bind_text(content.keywords)
                   .run());
    return words_.add(log, content.words);
  }

  sqlite::Connection db_;
  IndexChanges changes_{db_};
  TopicRows topics_{db_};
  StatedRows stated_{db_};
  ReferenceRows references_{db_};
  WordRows words_{db_};
  CityRows cities_{db_, changes_};
  RecordStanding standing_{db_, changes_, topics_, cities_};
  DocumentRemoval removal_{{db_, changes_, topics_, words_, cities_, standing_}};
  Keywords keywords_;
  std::optional<Epoch> epoch_;  // of the store, in which the position counts
  bool unclean_ = false;        // words of deleted texts are still in the file
  bool unfolded_ = true;        // and may be in the write-ahead log, from before a crash too
};

}  // namespace

Result<std::unique_ptr<IndexWriter>> open_index_writer(const std::filesystem::path& path,
                                                       const std::vector<EpochRange>& epochs) {
  if (std::filesystem::exists(path)) {
    KOINON_ASSIGN(auto found, sqlite::Connection::open(path, {}));
    auto writer = std::make_unique<SqliteIndexWriter>(std::move(found));
    const Status prepared = writer->prepare(epochs);
    if (prepared.ok()) return std::unique_ptr<IndexWriter>(std::move(writer));
    // A useless index is made anew, since all of it comes from the store. An index that cannot be read at
    // this moment is kept: to make a large one anew takes hours.
    if (!writer->is_of_no_use(prepared.error())) return prepared.error();
    writer.reset();
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix, ignored);
  }
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {}));
  auto writer = std::make_unique<SqliteIndexWriter>(std::move(db));
  KOINON_TRY(writer->create(epochs));
  return std::unique_ptr<IndexWriter>(std::move(writer));
}

}  // namespace koinon
