#include "storage/witness/witness_db.h"

#include <array>
#include <functional>
#include <system_error>

#include "crypto/hash.h"

namespace koinon {
namespace {

constexpr const char* kOwnerAndHeads = R"sql(
CREATE TABLE owner (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  vkey TEXT NOT NULL,
  made_at_ms INTEGER NOT NULL);
CREATE TABLE head (
  origin_hash BLOB PRIMARY KEY,
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  note BLOB NOT NULL,
  cosigned_at INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// A file that did not count begins with what its heads come to, so that an older copy of it begins lower.
constexpr const char* kCountOfStatements = R"sql(
CREATE TABLE made (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  statements INTEGER NOT NULL,
  put_back_at_ms INTEGER);
INSERT INTO made SELECT 1, coalesce(sum(size + 1), 0), NULL FROM head;
)sql";

// In the same row as the count: what the heads are then. bind_heads() fills it in.
constexpr const char* kSumOfHeads = "ALTER TABLE made ADD COLUMN heads BLOB";

// Steps that stand are never edited.
constexpr std::array<const char*, 3> kWitnessSteps = {kOwnerAndHeads, kCountOfStatements, kSumOfHeads};

Hash hash_of_head(const Hash& origin_hash, TreeSize size, const Hash& root) {
  Bytes text(origin_hash.view());
  text += root.view();
  return sha256(text + std::to_string(size.value));
}

// By exclusive or: a head is added and taken away without a look at the others.
Hash with(const Hash& sum, const Hash& head) {
  Bytes out(sum.view());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ head.view()[i]);
  return Hash::from(out);
}

Status in_one_transaction(sqlite::Connection& db, const std::function<Status()>& change) {
  KOINON_TRY(db.execute("BEGIN IMMEDIATE"));
  Status done = change();
  if (done.ok()) done = db.execute("COMMIT");
  if (!done.ok() && db.in_transaction()) (void)db.execute("ROLLBACK");
  return done;
}

}  // namespace

const sqlite::SchemaSteps& witness_schema() {
  static constexpr sqlite::SchemaSteps kSchema{"witness.db", kWitnessSteps};
  return kSchema;
}

// Synchronous FULL: a commit returns when the write-ahead log is on the disk.
Result<WitnessDb> WitnessDb::connect(const std::filesystem::path& path) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {}));
  WitnessDb out(std::move(db));
  KOINON_TRY(out.db_.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(out.db_.execute("PRAGMA synchronous=FULL"));
  KOINON_TRY(sqlite::bring_up_to_date(out.db_, witness_schema()));
  KOINON_TRY(in_one_transaction(out.db_, [&] { return out.bind_heads(); }));
  return out;
}

Result<WitnessDb> WitnessDb::make(const std::filesystem::path& path, const WitnessOwner& owner) {
  KOINON_ASSIGN(WitnessDb out, connect(path));
  KOINON_TRY(in_one_transaction(out.db_, [&]() -> Status {
    KOINON_ASSIGN(const std::uint64_t heads, out.count());
    if (heads > 0) return fail(Code::kConflict, "a witness that has cosigned lives there", path.string());
    // A new key has made no statement, whatever was found of the one before.
    KOINON_TRY(out.db_.execute("INSERT OR REPLACE INTO made VALUES (1, 0, NULL, NULL)"));
    KOINON_TRY(out.bind_heads());
    auto put = out.db_.prepare("INSERT OR REPLACE INTO owner VALUES (1, ?, ?)");
    return put.bind_text(owner.vkey).bind(owner.made_at.value).run();
  }));
  out.owner_ = owner;
  return out;
}

Result<WitnessDb> WitnessDb::open(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error)
    return fail(Code::kNotFound, "there is no such file", path.string());
  KOINON_ASSIGN(WitnessDb out, connect(path));
  KOINON_ASSIGN(const auto owner, out.read_owner());
  KOINON_ASSIGN(const std::uint64_t heads, out.count());
  // A process ended while it made the file: nothing was cosigned with it.
  if (!owner && heads == 0) return fail(Code::kNotFound, "the file was never made whole", path.string());
  if (!owner) return fail(Code::kRefused, "it does not say whose it is", path.string());
  out.owner_ = *owner;
  return out;
}

Result<std::optional<WitnessOwner>> WitnessDb::read_owner() {
  auto select = db_.prepare("SELECT vkey, made_at_ms FROM owner");
  KOINON_ASSIGN(const bool row, select.step());
  if (!row) return std::optional<WitnessOwner>();
  return std::optional(WitnessOwner{select.text(0), {select.integer(1)}});
}

Result<std::uint64_t> WitnessDb::count() {
  auto select = db_.prepare("SELECT count(*) FROM head");
  KOINON_TRY(select.step());
  return select.number(0);
}

Result<std::uint64_t> WitnessDb::made() {
  auto select = db_.prepare("SELECT statements FROM made");
  KOINON_ASSIGN(const bool row, select.step());
  if (!row) return fail(Code::kIo, "a row is missing", "witness.db");
  return select.number(0);
}

Result<Hash> WitnessDb::sum_of_heads() {
  Hash sum;
  auto select = db_.prepare("SELECT origin_hash, size, root FROM head");
  for (;;) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return sum;
    if (select.blob(0).size() != Hash::kSize || select.blob(2).size() != Hash::kSize)
      return fail(Code::kIo, "a row is damaged", "witness.db");
    sum = with(sum, hash_of_head(Hash::from(select.blob(0)), TreeSize(select.number(1)),
                                 Hash::from(select.blob(2))));
  }
}

// Of a file that says nothing of them yet.
Status WitnessDb::bind_heads() {
  {
    auto select = db_.prepare("SELECT 1 FROM made WHERE heads IS NULL");
    KOINON_ASSIGN(const bool missing, select.step());
    if (!missing) return {};
  }
  KOINON_ASSIGN(const Hash sum, sum_of_heads());
  return db_.prepare("UPDATE made SET heads = ?").bind_blob(sum.view()).run();
}

Result<bool> WitnessDb::is_of_one_copy() {
  KOINON_ASSIGN(const Hash sum, sum_of_heads());
  auto select = db_.prepare("SELECT heads FROM made");
  KOINON_ASSIGN(const bool row, select.step());
  return row && select.blob(0) == sum.view();
}

Status WitnessDb::change_sum(const std::optional<HeadOfOthers>& before, const HeadOfOthers& after) {
  const Hash origin = sha256(after.origin);
  auto select = db_.prepare("SELECT heads FROM made");
  KOINON_ASSIGN(const bool row, select.step());
  if (!row || select.blob(0).size() != Hash::kSize) return fail(Code::kIo, "a row is damaged", "witness.db");
  Hash sum = Hash::from(select.blob(0));
  if (before) sum = with(sum, hash_of_head(origin, before->size, before->root));
  sum = with(sum, hash_of_head(origin, after.size, after.root));
  auto put = db_.prepare("UPDATE made SET statements = statements + 1, heads = ?");
  return put.bind_blob(sum.view()).run();
}

Status WitnessDb::note_put_back(UnixMillis at) {
  auto put = db_.prepare("UPDATE made SET put_back_at_ms = ?");
  return put.bind(at.value).run();
}

Result<std::optional<UnixMillis>> WitnessDb::put_back_at() {
  auto select = db_.prepare("SELECT put_back_at_ms FROM made");
  KOINON_ASSIGN(const bool row, select.step());
  if (!row || select.is_null(0)) return std::optional<UnixMillis>();
  return std::optional(UnixMillis{select.integer(0)});
}

Result<std::optional<HeadOfOthers>> WitnessDb::head(std::string_view origin) {
  return head_of(sha256(origin));
}

Result<std::optional<HeadOfOthers>> WitnessDb::head_of(const Hash& origin_hash) {
  auto select = db_.prepare("SELECT origin, size, root, note, cosigned_at FROM head WHERE origin_hash = ?");
  select.bind_blob(origin_hash.view());
  KOINON_ASSIGN(const bool row, select.step());
  if (!row) return std::optional<HeadOfOthers>();
  if (select.blob(2).size() != Hash::kSize) return fail(Code::kIo, "a row is damaged", "witness.db");
  return std::optional(HeadOfOthers{select.text(0), TreeSize(select.number(1)), Hash::from(select.blob(2)),
                                    select.text(3), select.number(4)});
}

// Whoever asks has looked already. It is looked at once more inside the transaction: what stands may be of
// another connection, and what this file allows must not depend on its callers.
Status WitnessDb::replace_head(TreeSize expected, const HeadOfOthers& head) {
  const Hash key = sha256(head.origin);
  KOINON_ASSIGN(const auto stands, head_of(key));
  const TreeSize size = stands ? stands->size : TreeSize(0);
  if (size != expected)
    return fail(Code::kConflict, "another head was cosigned meanwhile, of size " + std::to_string(size.value),
                "size");
  const bool contradicts = stands && head.size == size && head.root != stands->root;
  if (head.size < size || contradicts)
    return fail(Code::kConflict, "it contradicts a head that was cosigned", "size");
  KOINON_TRY(change_sum(stands, head));
  auto put = db_.prepare("INSERT OR REPLACE INTO head VALUES (?, ?, ?, ?, ?, ?)");
  return put.bind_blob(key.view())
      .bind_text(head.origin)
      .bind(static_cast<std::int64_t>(head.size.value))
      .bind_blob(head.root.view())
      .bind_blob(head.note)
      .bind(static_cast<std::int64_t>(head.cosigned_at))
      .run();
}

Status WitnessDb::advance(TreeSize expected, const HeadOfOthers& head) {
  return in_one_transaction(db_, [&] { return replace_head(expected, head); });
}

}  // namespace koinon
