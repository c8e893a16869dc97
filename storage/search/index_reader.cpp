#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <utility>

#include "proto/base/limits.h"
#include "storage/search/adopters.h"
#include "storage/search/called_cities.h"
#include "storage/search/columns.h"
#include "storage/search/count_figures.h"
#include "storage/search/count_ties.h"
#include "storage/search/document_rows.h"
#include "storage/search/find_adoption_words.h"
#include "storage/search/find_referring.h"
#include "storage/search/highlight.h"
#include "storage/search/ranking.h"
#include "storage/search/search_index.h"
#include "storage/search/search_query.h"
#include "storage/search/similar.h"
#include "storage/search/spelling.h"
#include "storage/search/tokenizer.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {
namespace {

// Notes that have their text, and that their city has neither withdrawn nor revised.
constexpr std::string_view kStanding =
    "AND d.kind IN (5, 6, 7, 8, 13, 14, 15, 16) AND d.length > 0 AND d.status = 0 ";

constexpr std::string_view kVoidColumns =
    "SELECT log_id, entry_index, kind, topics, recoveries, arrival, leaf FROM void_entry ";

std::optional<IndexedRecord> read_void(const sqlite::Statement& row) {
  if (row.blob(0).size() != LogId::kSize || row.blob(6).size() != Hash::kSize) return std::nullopt;
  IndexedRecord record;
  record.log = LogId::from(row.blob(0));
  record.index = EntryIndex(row.number(1));
  record.kind = static_cast<v1::Kind>(row.integer(2));
  record.topics = read_topics(row.text(3));
  record.recoveries = row.number(4);
  record.arrival = ArrivalSeq(row.number(5));
  record.leaf = Hash::from(row.blob(6));
  return record;
}

// How many questions answers of a city that stand answer, each once. One whose question is void counts for
// nothing.
Result<std::uint64_t> count_answered(sqlite::Connection& db, const ImpactQuery& query) {
  auto select = db.prepare(
      "SELECT count(*) FROM (SELECT DISTINCT k.log_id, k.entry_index FROM doc d INDEXED BY standing_by_log "
      "CROSS JOIN stated s ON s.doc = d.id CROSS JOIN link k INDEXED BY link_by_doc ON k.doc = d.id AND "
      "k.role = 6 LEFT JOIN doc t ON t.log_id = k.log_id AND t.entry_index = k.entry_index WHERE d.log_id = "
      "?1 AND d.kind = 8 AND d.kind IN (5, 6, 7, 8, 13, 14, 15, 16) AND d.length > 0 AND d.status = 0 AND "
      "(t.id IS NULL OR t.leaf = k.leaf) AND (?2 = 0 OR s.year BETWEEN ?2 AND ?4) AND (?3 = 0 OR s.year "
      "BETWEEN "
      "1 AND min(?3, ?4)))");
  select.bind_blob(query.own.view()).bind(query.year_from).bind(query.year_to).bind(query.last_year);
  KOINON_TRY(select.step());
  return select.number(0);
}

// The language of a BCP 47 tag, without its other parts.
std::string language_of(const std::string& tag) { return tag.substr(0, tag.find('-')); }

class SqliteIndexReader final : public IndexReader {
 public:
  SqliteIndexReader(sqlite::Connection db, std::shared_ptr<SharedColumns> columns)
      : db_(std::move(db)), shared_(std::move(columns)), columns_(shared_->columns) {}
  Status prepare() {
    KOINON_TRY(register_tokenizer(db_));
    return register_hit_function(db_);
  }

  Result<std::vector<IndexedRecord>> find(const IndexQuery& query) override {
    // Searches for the words as they were typed, without their stems and without the names of topics.
    std::string match = read_search_words(query.words, {}).expression;
    if (!match.empty()) match = "{title summary body} : (" + match + ")";
    if (!query.words.empty() && match.empty()) return std::vector<IndexedRecord>();
    std::string sql(kDocColumns);
    // Words that are everywhere have too many hits. Then only the newest are ranked.
    if (match.empty()) {
      sql += source_of(query);
    } else {
      sql +=
          "(SELECT rowid AS id, bm25(text, 8.0, 4.0, 1.5, 1.0) AS rank FROM text WHERE text MATCH :match "
          "ORDER BY rowid DESC LIMIT " +
          std::to_string(limits::kSearchHits) + ") x JOIN doc d ON d.id = x.id ";
    }
    sql += "WHERE 1 ";
    if (query.topic) {
      sql += match.empty() ? "AND t.topic = :topic "
                           : "AND EXISTS (SELECT 1 FROM topic t WHERE t.topic = :topic AND t.arrival = "
                             "d.arrival AND t.doc = d.id) ";
    }
    const bool by_log = match.empty() && query.topic && query.log && !query.standing_notes;
    if (query.log) sql += by_log ? "AND t.log_id = :log " : "AND d.log_id = :log ";
    const bool by_kind = match.empty() && query.topic && query.kind && !query.standing_notes;
    if (query.kind) sql += by_kind ? "AND t.kind = :kind " : "AND d.kind = :kind ";
    if (query.standing_notes) sql += kStanding;
    if (query.before.value > 0)
      sql += match.empty() && query.topic ? "AND t.arrival < :before " : "AND d.arrival < :before ";
    if (query.after.value > 0)
      sql += match.empty() && query.topic ? "AND t.arrival > :after " : "AND d.arrival > :after ";
    if (match.empty()) {
      sql += query.topic ? "ORDER BY t.arrival DESC " : "ORDER BY d.arrival DESC ";
    } else {
      sql += "ORDER BY x.rank, d.arrival DESC ";
    }
    sql += "LIMIT :limit";
    auto select = db_.prepare(sql);
    if (!match.empty()) select.bind_text(match);
    if (query.topic) select.bind_text(*query.topic);
    if (query.log) select.bind_blob(query.log->view());
    if (query.kind) select.bind(static_cast<std::int64_t>(*query.kind));
    if (query.before.value > 0) select.bind(static_cast<std::int64_t>(query.before.value));
    if (query.after.value > 0) select.bind(static_cast<std::int64_t>(query.after.value));
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

  Result<std::optional<IndexedRecord>> voided(ArrivalSeq arrival) override {
    auto select = db_.prepare(std::string(kVoidColumns) + "WHERE arrival = ?");
    select.bind(static_cast<std::int64_t>(arrival.value));
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return std::optional<IndexedRecord>();
    return read_void(select);
  }

  Result<std::vector<IndexedRecord>> voided_at(const LogId& log, EntryIndex index) override {
    auto select = db_.prepare(std::string(kVoidColumns) +
                              "WHERE log_id = ? AND entry_index = ? ORDER BY arrival DESC LIMIT ?");
    select.bind_blob(log.view())
        .bind(static_cast<std::int64_t>(index.value))
        .bind(static_cast<std::int64_t>(limits::kVoidsOfPlace));
    std::vector<IndexedRecord> out;
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return out;
      if (auto record = read_void(select)) out.push_back(std::move(*record));
    }
  }

  Result<std::uint64_t> voided_notes(const LogId& log, std::uint64_t recoveries) override {
    auto select = db_.prepare("SELECT notes FROM void_notes WHERE log_id = ? AND recoveries = ?");
    select.bind_blob(log.view()).bind(static_cast<std::int64_t>(recoveries));
    KOINON_ASSIGN(const bool found, select.step());
    return found ? select.number(0) : std::uint64_t{0};
  }

  Result<std::optional<EntryIndex>> newer_version(const LogId& log, EntryIndex index) override {
    auto select = db_.prepare(
        "SELECT r.entry_index FROM doc d CROSS JOIN link k INDEXED BY newer_version ON k.log_id = d.log_id "
        "AND k.entry_index = d.entry_index AND k.leaf = d.leaf AND k.kind = d.kind AND k.own = 1 AND k.role "
        "= 2 AND k.stands = 1 CROSS JOIN doc r ON r.id = k.doc WHERE d.log_id = ? AND d.entry_index = ? "
        "ORDER BY k.doc DESC LIMIT 1");
    select.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value));
    KOINON_ASSIGN(const bool found, select.step());
    return found ? std::optional(EntryIndex(select.number(0))) : std::nullopt;
  }

  Result<std::vector<RelatedRecord>> referring(const LogId& log, EntryIndex index,
                                               std::size_t limit) override {
    return find_referring(db_, log, index, limit);
  }

  Result<std::vector<RelatedRecord>> newest_referring(const ReferringQuery& query) override {
    return find_newest_referring(db_, query);
  }

  Result<std::uint64_t> references(const LogId& log, EntryIndex index) override {
    auto select = db_.prepare(
        "SELECT r.count FROM doc t CROSS JOIN referred r ON r.log_id = t.log_id AND r.entry_index = "
        "t.entry_index AND r.leaf = t.leaf WHERE t.log_id = ? AND t.entry_index = ?");
    select.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value));
    KOINON_ASSIGN(const bool found, select.step());
    return found ? select.number(0) : 0;
  }

  Result<std::optional<EntryIndex>> latest(const LogId& log, v1::Kind kind) override {
    // Within a log, records that arrived later stand later.
    auto select = db_.prepare(
        "SELECT entry_index FROM doc INDEXED BY there_by_log WHERE log_id = ? AND kind = ? AND status < 2 "
        "ORDER BY arrival DESC LIMIT 1");
    select.bind_blob(log.view()).bind(static_cast<std::int64_t>(kind));
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return std::optional<EntryIndex>();
    return std::optional<EntryIndex>(EntryIndex(select.number(0)));
  }

  Result<SearchPage> search(const SearchQuery& query) override {
    KOINON_TRY(refresh());
    const std::shared_lock lock(shared_->mutex);
    KOINON_ASSIGN(Ranked ranked, rank(query));
    const Highlighter highlighter(ranked.words);
    if (ranked.words.words > 0) {
      for (SearchHit& hit : ranked.page.hits) KOINON_TRY(highlight(highlighter, hit));
      for (SearchHit& hit : ranked.page.activity) KOINON_TRY(highlight(highlighter, hit));
    }
    return std::move(ranked.page);
  }

  Result<SimilarPage> similar(const SimilarQuery& query) override {
    KOINON_TRY(refresh());
    const std::shared_lock lock(shared_->mutex);
    if (query.words.empty()) return find_similar(columns_, query, std::nullopt);
    SearchQuery wanted;
    wanted.words = query.words;
    wanted.topic = query.topic;
    wanted.kind = v1::KIND_PRACTICE;
    wanted.limit = limits::kSearchHits;
    KOINON_ASSIGN(const Ranked ranked, rank(wanted));
    std::vector<std::uint32_t> documents;
    for (const SearchHit& hit : ranked.page.hits)
      documents.push_back(static_cast<std::uint32_t>(hit.document));
    return find_similar(columns_, query, std::span<const std::uint32_t>(documents));
  }

  Result<Figures> figures(const FigureQuery& query) override {
    KOINON_TRY(refresh());
    const std::shared_lock lock(shared_->mutex);
    return count_figures(db_, columns_, query);
  }
  Result<Adopters> adopters(const AdoptersQuery& query) override {
    KOINON_TRY(refresh());
    auto select = db_.prepare("SELECT id FROM doc WHERE log_id = ? AND entry_index = ?");
    select.bind_blob(query.log.view()).bind(static_cast<std::int64_t>(query.index.value));
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return Adopters();
    const std::shared_lock lock(shared_->mutex);
    return find_adopters(columns_, static_cast<std::uint32_t>(select.number(0)), query);
  }

  Result<TiesPage> ties(const TiesQuery& query) override {
    KOINON_TRY(refresh());
    const std::shared_lock lock(shared_->mutex);
    return count_ties(columns_, query);
  }

  Result<TieMap> tie_map(const TieFilter& filter, std::size_t newest) override {
    KOINON_TRY(refresh());
    const std::shared_lock lock(shared_->mutex);
    return map_ties(columns_, filter, newest);
  }

  Result<ImpactFigures> impact(const ImpactQuery& query) override {
    KOINON_TRY(refresh());
    KOINON_ASSIGN(const std::uint64_t answered, count_answered(db_, query));
    const std::shared_lock lock(shared_->mutex);
    ImpactFigures out = count_impact(columns_, query);
    out.answered = answered;
    return out;
  }

  Result<std::vector<AdoptionWords>> adoption_words(const AdoptionWordsQuery& query) override {
    KOINON_TRY(refresh());
    const std::shared_lock lock(shared_->mutex);
    return find_adoption_words(db_, columns_, query);
  }

  Result<std::optional<CityMeasures>> measures(const LogId& log) override {
    auto select =
        db_.prepare("SELECT population, density, climate, income, country FROM city WHERE log_id = ?");
    select.bind_blob(log.view());
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return std::optional<CityMeasures>();
    return std::optional(CityMeasures{select.real(0), select.real(1), select.text(2),
                                      static_cast<int>(select.integer(3)), select.text(4)});
  }

  Result<std::vector<LogId>> called(const CalledQuery& query) override {
    return find_called_cities(db_, query);
  }

  // Notes of others that are addressed to the city, or that answer, adopt, revise or translate its notes, and
  // questions of others to all, which stand under no log. Each side is limited by itself, so that a page
  // costs no more than two pages.
  Result<std::vector<IndexedRecord>> addressed(const LogId& log, ArrivalSeq before,
                                               std::size_t limit) override {
    auto select = db_.prepare(
        std::string(kDocColumns) +
        "(SELECT doc, arrival FROM (SELECT doc, arrival FROM addressee WHERE log_id = ?1 AND arrival < ?2 "
        "ORDER BY arrival DESC LIMIT ?3) UNION SELECT doc, arrival FROM (SELECT doc, arrival FROM addressee "
        "WHERE log_id = x'' AND arrival < ?2 ORDER BY arrival DESC LIMIT ?3)) a "
        "CROSS JOIN doc d ON d.id = a.doc ORDER BY a.arrival DESC LIMIT ?3");
    select.bind_blob(log.view())
        .bind(before.value == 0 ? INT64_MAX : static_cast<std::int64_t>(before.value))
        .bind(static_cast<std::int64_t>(limit));
    std::vector<IndexedRecord> out;
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) return out;
      out.push_back(read_document(select));
    }
  }

  Result<ArrivalSeq> position() override {
    auto select = db_.prepare("SELECT value FROM meta WHERE key = 'position'");
    KOINON_ASSIGN(const bool found, select.step());
    return ArrivalSeq(found ? select.number(0) : 0);
  }

  Status load() override { return refresh(); }

 private:
  // The rows to walk through, the newest first. For notes that stand the index is named: without statistics
  // SQLite would walk past many other rows to avoid sorting a few.
  static std::string_view source_of(const IndexQuery& query) {
    if (query.topic)
      return query.standing_notes      ? "standing_topic t CROSS JOIN doc d ON d.id = t.doc "
             : query.log && query.kind ? "log_kind_topic t CROSS JOIN doc d ON d.id = t.doc "
             : query.log               ? "log_topic t CROSS JOIN doc d ON d.id = t.doc "
             : query.kind              ? "kind_topic t CROSS JOIN doc d ON d.id = t.doc "
                                       : "topic t CROSS JOIN doc d ON d.id = t.doc ";
    if (!query.standing_notes) return "doc d ";
    return query.log ? "doc d INDEXED BY standing_by_log " : "doc d INDEXED BY standing_by_kind ";
  }

  // There is nothing to read unless another connection has written.
  Status refresh() {
    auto select = db_.prepare("PRAGMA data_version");
    KOINON_TRY(select.step());
    const std::int64_t version = select.integer(0);
    if (version == version_) return {};
    const std::unique_lock lock(shared_->mutex);
    KOINON_TRY(shared_->columns.refresh(db_));
    version_ = version;
    return {};
  }

  // The stemmers of the languages in which anything here is written.
  std::vector<Stemmer*> stemmers() {
    std::vector<Stemmer*> out;
    for (const auto& [language, stemmer] : stemmers_) {
      if (columns_.speaks(language)) out.push_back(stemmer.get());
    }
    return out;
  }

  // The newest come first. If there are too many to count, the best of the newest remain.
  Status collect(const std::string& expression, HitCollector& collector) {
    auto select = db_.prepare("SELECT koinon_hit(text, ?) FROM text WHERE text MATCH ? ORDER BY rowid DESC");
    select.bind_pointer(&collector, kCollectorPointer).bind_text(expression);
    while (true) {
      const auto row = select.step();
      if (!row.ok()) return collector.stopped() ? Status() : Status(row.error());
      if (!*row) return {};
    }
  }

  // What a search found, and the words by which it was found.
  struct Ranked {
    SearchPage page;
    SearchWords words;
  };
  // Under the lock of the columns.
  Result<Ranked> rank(const SearchQuery& query) {
    const WordForms forms = word_forms();
    Ranked out{{}, read_search_words(query.words, forms)};
    if (!query.words.empty() && out.words.words == 0) return out;
    HitCollector collector(columns_, query, out.words);
    if (out.words.words == 0) {
      const auto some = columns_.narrowest(query.log, query.topic);
      for (std::size_t i = some ? some->size() : columns_.docs().size(); i-- > 0;) {
        const auto document = static_cast<std::int64_t>(some ? (*some)[i] : i);
        if (collector.wanted(document) && !collector.add(document, {})) break;
      }
      out.page = collector.page();
      return out;
    }
    KOINON_TRY(collect(out.words.expression, collector));
    out.page = collector.page();
    // A sentence asks for what is near to it, unless there are pages of what has all its words. And if no
    // note has all the words, one that has some of them is better than nothing. But if too many have some,
    // those with all are better than the newest of these.
    const bool relax = out.page.total == 0 || (out.words.sentence && out.page.total < limits::kSearchPageMax);
    if (!relax) return out;
    SearchWords any = read_search_words(query.words, forms, Match::kAny);
    if (any.words < 2) return out;
    HitCollector some(columns_, query, any);
    some.relax();
    KOINON_TRY(collect(any.expression, some));
    SearchPage wider = some.page();
    if (out.page.total > 0 && wider.more_than_total) return out;
    wider.relaxed = out.page.total == 0 && wider.total > 0;
    return Ranked{std::move(wider), std::move(any)};
  }

  // What a typed word may stand for, in one search.
  WordForms word_forms() {
    WordForms out{stemmers(), &TopicWords::builtin(), {}};
    out.near = [this,
                mended = std::map<std::string, std::vector<std::string>>()](const std::string& word) mutable {
      if (const auto known = mended.find(word); known != mended.end()) return known->second;
      if (mended.size() >= limits::kMendedWords) return std::vector<std::string>();
      return mended.emplace(word, words_near(word)).first->second;
    };
    return out;
  }

  // Words of notes and of topics' names. None if a note has the word itself. A search goes on without them.
  std::vector<std::string> words_near(const std::string& word) {
    const auto known = has_word(db_, word);
    if (!known.ok() || *known) return {};
    auto out = near_words(db_, word);
    return out.ok() && !out->empty() ? std::move(*out) : TopicWords::builtin().near(word);
  }

  Status highlight(const Highlighter& highlighter, SearchHit& hit) {
    auto select = db_.prepare(
        "SELECT x.title, x.summary, x.body, d.language FROM text x JOIN doc d ON d.id = x.rowid WHERE "
        "x.rowid = ?");
    select.bind(hit.document);
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return {};
    const auto stemmer = stemmers_.find(language_of(select.text(3)));
    Stemmer* const of_text = stemmer == stemmers_.end() ? nullptr : stemmer->second.get();
    const std::string summary = select.text(1);
    const std::string body = select.text(2);
    hit.title = highlighter.whole(select.text(0), of_text);
    auto excerpt = highlighter.excerpt(summary, of_text);
    if (!excerpt) excerpt = highlighter.excerpt(body, of_text);
    hit.excerpt = excerpt ? std::move(*excerpt) : Highlighter::beginning(summary.empty() ? body : summary);
    return {};
  }

  sqlite::Connection db_;
  std::shared_ptr<SharedColumns> shared_;
  const Columns& columns_;     // read under its lock
  std::int64_t version_ = -1;  // of the database, as this connection counts it
  std::map<std::string, std::unique_ptr<Stemmer>> stemmers_ = Stemmer::all();
};

}  // namespace

std::shared_ptr<SharedColumns> make_shared_columns() { return std::make_shared<SharedColumns>(); }

Result<std::unique_ptr<IndexReader>> open_index_reader(const std::filesystem::path& path,
                                                       std::shared_ptr<SharedColumns> columns) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {true, false, ""}));
  KOINON_TRY(db.execute("PRAGMA cache_size=-" + std::to_string(limits::kReaderCacheKiB)));
  auto reader = std::make_unique<SqliteIndexReader>(std::move(db), std::move(columns));
  KOINON_TRY(reader->prepare());
  return std::unique_ptr<IndexReader>(std::move(reader));
}

}  // namespace koinon
