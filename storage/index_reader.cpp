#include "proto/base/limits.h"
#include "storage/search_index.h"
#include "storage/sqlite.h"
#include "storage/tokenizer.h"

namespace koinon {
namespace {

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

Result<std::unique_ptr<IndexReader>> open_index_reader(const std::filesystem::path& path) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {true, false, ""}));
  auto reader = std::make_unique<SqliteIndexReader>(std::move(db));
  KOINON_TRY(reader->prepare());
  return std::unique_ptr<IndexReader>(std::move(reader));
}

}  // namespace koinon
