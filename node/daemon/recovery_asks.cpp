#include "node/daemon/recovery_asks.h"

#include <utility>

#include "crypto/identity.h"
#include "crypto/proof.h"
#include "crypto/words_change.h"
#include "node/reading/shown_record.h"
#include "node/replication/from_callback.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/search/note_text.h"
#include "storage/store/recovery_rules.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

std::string title_of_record(const StoredRecord& record) {
  if (record.body.empty()) return {};
  const auto body = parse_body(record.body);
  if (!body.ok()) return {};
  return std::string(clipped_utf8(plain_line(note_text(*body).title), limits::kRecoveryTitleBytes));
}

// The newest head that is held whole; after a recovery, as long as nothing new was signed, what it keeps.
Result<TreeSize> shown_size(const LogState& log) {
  if (log.whole) return log.whole->size;
  const auto& changes = log.keys.changes();
  if (!changes.empty() && changes.back().is_recovery && log.range.size() >= changes.back().statement.size)
    return changes.back().statement.size;
  return fail(Code::kUnavailable,
              "this city knows the log and does not have all of it; try again later, or ask another one");
}

v1::Head shown_keys(const LogState& log) {
  v1::Head head;
  head.set_log_id(log.id.bytes());
  *head.mutable_identity() = to_message(log.identity());
  for (const Bytes& note : log.keys.notes()) head.add_statements(note);
  head.set_stated(static_cast<std::uint32_t>(log.keys.changes().size()));
  return head;
}

v1::Head shown_head(const LogState& log) {
  v1::Head head = shown_keys(log);
  if (log.whole) head.set_checkpoint(log.whole->note);
  head.set_frozen(log.frozen);
  return head;
}

// They have signed that others count. The statement is shown, and nothing else: whoever has them need not
// take our word for it.
v1::RecoveryAnswer old_words(const LogState& log) {
  v1::RecoveryAnswer out;
  *out.mutable_head() = shown_keys(log);
  return out;
}

// The log has this recovery key, or had it.
bool knows(const LogState& log, const PublicKey& key) {
  return log.keys.recovery_key() == key || replaced_by(log.keys, key).has_value();
}

Result<v1::RecoveryAnswer> shown(StoreReader& store, const LogState& log, const PublicKey& key,
                                 TreeSize size) {
  if (log.keys.recovery_key() != key) return old_words(log);
  return recovery_answer(store, log, size);
}

v1::RecoveryAnswer several(const std::vector<LogIdentity>& logs) {
  v1::RecoveryAnswer out;
  for (const LogIdentity& log : logs) *out.add_logs() = to_message(log);
  return out;
}

// The entries that say which rotations stand, up to the first that does not.
Status add_stating(StoreReader& store, const LogState& log, TreeSize at, v1::RecoveryAnswer& out) {
  const auto entry_at = [&](EntryIndex index) -> Result<Bytes> {
    KOINON_ASSIGN(Bytes entry, store.entry(log.id, index));
    KOINON_ASSIGN(const RunProof proof, store.run_proof_at(log.id, index, 1, at));
    v1::StatingEntry& one = *out.add_stating();
    one.set_entry(entry);
    one.set_left(pack_hashes(proof.left));
    one.set_right(pack_hashes(proof.right));
    return entry;
  };
  const auto stands = standing_statements(log.keys, at, entry_at);
  return stands.ok() ? Status() : Status(stands.error());
}

}  // namespace

Result<v1::RecoveryAnswer> recovery_answer(StoreReader& store, const LogState& log, TreeSize size) {
  KOINON_ASSIGN(const TreeSize all, shown_size(log));
  const TreeSize at = size.value == 0 ? all : size;
  if (at > all)
    return fail(Code::kInvalidArgument, "the log that this city knows has " + std::to_string(all.value) +
                                            " entries, and no more may be kept");
  v1::RecoveryAnswer out;
  *out.mutable_head() = shown_head(log);
  if (log.frozen) {
    KOINON_ASSIGN(const auto kept, store.evidence(log.id));
    const KeptEvidence* shown = freezing(kept);
    if (shown != nullptr && !out.mutable_evidence()->ParseFromString(shown->bytes)) out.clear_evidence();
  }
  KOINON_ASSIGN(const RunProof prefix, store.run_proof_at(log.id, EntryIndex(at.value), 0, all));
  out.set_left(pack_hashes(prefix.left));
  out.set_right(pack_hashes(prefix.right));
  std::size_t bytes = 0;
  std::uint64_t from = at.value;
  while (from > 0 && at.value - from < limits::kRecoveryLatest) {
    KOINON_ASSIGN(const StoredRecord record, shown_record(store, log.id, EntryIndex(from - 1)));
    bytes += record.entry.size();
    if (bytes > limits::kRecoveryLatestBytes) break;
    --from;
    v1::LatestEntry& one = *out.add_latest();
    one.set_index(from);
    one.set_entry(record.entry);
    one.set_title(title_of_record(record));
  }
  KOINON_ASSIGN(const RunProof run, store.run_proof_at(log.id, EntryIndex(from), at.value - from, at));
  out.set_before(pack_hashes(run.left));
  KOINON_TRY(add_stating(store, log, at, out));
  return out;
}

asio::awaitable<Result<v1::RecoveryAnswer>> RecoveryAsks::answer(PublicKey key, RecoveryQuestion question) {
  if (under_way_ >= limits::kRecoveryWalks)
    co_return fail(Code::kUnavailable, "others ask at this moment; try again in a minute");
  ++under_way_;
  Beginning<Result<v1::RecoveryAnswer>> asked =
      [this, key, question](std::function<void(Result<v1::RecoveryAnswer>)> done) {
        const auto walk = std::make_shared<Walk>(Walk{key, question, std::move(done)});
        runner_.read([this, walk](StoreReader& store) { begin(walk, store); });
      };
  auto found = co_await from_callback<Result<v1::RecoveryAnswer>>(std::move(asked));
  --under_way_;
  co_return found;
}

void RecoveryAsks::begin(const std::shared_ptr<Walk>& walk, StoreReader& store) {
  if (!walk->question.log) return go_on(walk, store);
  const auto log = store.log_state(*walk->question.log);
  if (!log.ok() && log.error().code != Code::kNotFound) return walk->done(log.error());
  if (!log.ok() || log->range.size().value == 0)
    return walk->done(fail(Code::kNotFound, "this city does not know the log of that id"));
  if (!knows(*log, walk->key))
    return walk->done(
        fail(Code::kNotFound, "the log of that id has another recovery key: the words are of another log"));
  walk->done(shown(store, *log, walk->key, walk->question.size));
}

// A page at a time, so that peers are served meanwhile.
void RecoveryAsks::go_on(const std::shared_ptr<Walk>& walk, StoreReader& store) {
  if (stopping_) return walk->done(fail(Code::kUnavailable, "this node is being stopped"));
  auto page = store.logs_after(walk->last, limits::kRecoveryWalkStep);
  if (!page.ok()) return walk->done(page.error());
  for (const LogState& log : *page) {
    if (!knows(log, walk->key)) continue;
    if (!walk->found) walk->found = log;
    walk->logs.push_back(log.identity());
    if (walk->logs.size() == limits::kRecoveryLogs) return walk->done(several(walk->logs));
  }
  if (page->size() < limits::kRecoveryWalkStep) {
    if (walk->logs.size() > 1) return walk->done(several(walk->logs));
    if (walk->found) return walk->done(shown(store, *walk->found, walk->key, walk->question.size));
    return walk->done(fail(
        Code::kNotFound, "no log that this city knows has this recovery key: the words are of another log"));
  }
  walk->last = std::move(page->back());
  runner_.read([this, walk](StoreReader& next) { go_on(walk, next); });
}

}  // namespace koinon
