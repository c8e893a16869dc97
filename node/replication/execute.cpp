#include "node/replication/execute.h"

#include <algorithm>

#include "crypto/evidence.h"
#include "crypto/hash.h"
#include "node/engine/verify.h"
#include "node/replication/room_claims.h"
#include "proto/base/limits.h"
#include "storage/store/epoch_start.h"

namespace koinon {
namespace {

Result<Done> done(const Status& status) {
  if (!status.ok()) return status.error();
  return Done{};
}

// One function for each intent: without it, an intent does not compile. Those of one class take the same.

// --- checks ---

Result<HeadsVerified> check(const VerifyHeads& intent, const SignatureChecks& checks) {
  return verify_heads(intent, checks);
}

Result<EvidenceVerified> check(const VerifyEvidence& intent, const SignatureChecks&) {
  KOINON_ASSIGN(Contradiction shown, verify_evidence(intent.evidence));
  const auto* stated = std::get_if<TwoStatements>(&shown.said);
  const bool for_good = stated != nullptr && stated->by_recovery_key;
  return EvidenceVerified{std::move(shown.keys), stated != nullptr, for_good, mark_of(shown.normal),
                          std::move(shown.normal)};
}

Result<RunVerified> check(VerifyRun& intent, const SignatureChecks& checks) {
  return verify_received_run(std::move(intent), checks);
}

Result<BodiesVerified> check(const VerifyBodies& intent, const SignatureChecks&) {
  return verify_bodies(intent);
}

Result<Done> check(const VerifyChunk& intent, const SignatureChecks&) {
  return done(verify_chunk(intent.id, intent.chunk));
}

Result<CosignedHead> check(const VerifyCosigned& intent, const SignatureChecks& checks) {
  return open_cosigned(intent.keys, intent.note, intent.cosigners, {checks.open, checks.cosignature});
}

// --- reads ---

// Mostly it is that of the head which is held whole, and was compared when that was stored.
Result<Hash> root_of(StoreReader& store, const LogId& log, TreeSize size) {
  KOINON_ASSIGN(const LogState held, store.log_state(log));
  if (held.whole && held.whole->size == size) return held.whole->root;
  return store.root_at(log, size);
}

Result<ServedRun> read(StoreReader& store, const ReadRun& intent) {
  if (intent.root) {
    KOINON_ASSIGN(const Hash root, root_of(store, intent.log, intent.size));
    if (root != *intent.root)
      return fail(Code::kConflict, "the tree of that size has another root here", "root");
  }
  return store.read_run(intent.log, intent.from, intent.to, intent.size, intent.max_bytes);
}

Result<Hash> read(StoreReader& store, const ReadRoot& intent) {
  return store.root_at(intent.log, intent.size);
}

Result<std::vector<StoredRecord>> read(StoreReader& store, const ReadRecords& intent) {
  std::vector<StoredRecord> out;
  std::size_t bytes = 0;
  for (const EntryIndex index : intent.indexes) {
    auto record = store.record(intent.log, index);
    if (!record.ok() && record.error().code != Code::kNotFound) return record.error();
    StoredRecord next =
        record.ok() ? std::move(*record) : StoredRecord{index, {}, {}, BodyState::kNotHeld, {}};
    bytes += next.body.size();
    if (!out.empty() && bytes > intent.max_bytes) break;
    out.push_back(std::move(next));
  }
  return out;
}

Result<std::vector<StoredRecord>> read(StoreReader& store, const ReadUnheld& intent) {
  return store.unheld(intent.log, intent.from, intent.limit);
}

Result<ChunkRead> read(StoreReader& store, const ReadChunk& intent) {
  ChunkRead out;
  KOINON_ASSIGN(out.state, store.attachment(intent.log, intent.index, intent.sha256));
  if (intent.number >= out.state.chunks_held) return out;
  auto chunk = store.attachment_chunk(out.state.id, intent.number);
  if (!chunk.ok() && chunk.error().code != Code::kNotFound) return chunk.error();
  if (chunk.ok()) out.chunk = std::move(*chunk);
  return out;
}

Result<Hash> read(StoreReader& store, const ReadDigest& intent) {
  Sha256 digest;
  for (std::uint32_t i = 0; i < chunk_count(intent.id.size); ++i) {
    KOINON_ASSIGN(const AttachmentChunk chunk, store.attachment_chunk(intent.id, i));
    digest.update(chunk.bytes);
  }
  return digest.finish();
}

Result<EvidenceRead> read(StoreReader& store, const ReadEvidence& intent) {
  KOINON_ASSIGN(auto kept, store.evidence(intent.log));
  return EvidenceRead{std::move(kept)};
}

Result<RunProof> read(StoreReader& store, const ReadProof& intent) {
  return store.run_proof_at(intent.log, intent.from, intent.count, intent.size);
}

Result<CosignersRead> read(StoreReader& store, const ReadCosigners& intent) {
  CosignersRead out;
  for (const LogId& city : intent.cities) {
    // Not what stood before a recovery: a thief may have it.
    const auto keys = store.cosigner_keys(city);
    if (!keys.ok() && keys.error().code != Code::kNotFound) return keys.error();
    const bool is_named = keys.ok() && !keys->empty();
    out.keys.push_back(is_named ? std::optional(keys->front().key) : std::nullopt);
  }
  return out;
}

Result<CosignedRead> read(StoreReader& store, const ReadCosigned& intent) {
  KOINON_ASSIGN(auto heads, store.cosigned(intent.log));
  std::erase_if(heads, [&](const CosignedHead& head) {
    return std::find(intent.sizes.begin(), intent.sizes.end(), head.head.size) == intent.sizes.end();
  });
  return CosignedRead{std::move(heads)};
}

// --- writes ---

// What policy wants; where there is no room for it, it is not had.
Status want_each(Store& store, const std::vector<AttachmentWant>& wants, UnixMillis now) {
  for (const AttachmentWant& want : wants) {
    const Status status = store.want_attachment(want, now);
    if (!status.ok() && (status.error().code == Code::kDiskFull || status.error().code == Code::kIo))
      return status;
  }
  return {};
}

Result<AttachmentState> write(Store& store, const CommitWant& intent) {
  KOINON_TRY(store.want_attachment(intent.want, intent.now));
  return store.attachment(intent.want.log, intent.want.index, intent.want.id.sha256);
}

Result<std::vector<RunStored>> write_runs(Store& store, const std::vector<const CommitRun*>& intents) {
  std::vector<const RunCommit*> runs;
  for (const CommitRun* intent : intents) runs.push_back(&intent->run);
  KOINON_ASSIGN(const auto rows, store.append_runs(runs));
  for (const CommitRun* intent : intents) {
    if (intent->cursor) KOINON_TRY(store.set_cursor(*intent->cursor));
    KOINON_TRY(want_each(store, intent->wants, intent->run.arrived_at));
  }
  KOINON_ASSIGN(const std::uint64_t bytes, store.log_bytes(runs.front()->log));
  std::vector<RunStored> out;
  for (const JournalSeq row : rows) out.push_back({row, bytes});
  return out;
}

Result<RunStored> write(Store& store, const CommitRun& intent) {
  KOINON_ASSIGN(const auto stored, write_runs(store, {&intent}));
  return stored.front();
}

Result<Done> write(Store& store, const CommitCursor& intent) { return done(store.set_cursor(intent.cursor)); }

Result<RunStored> write(Store& store, const CommitEvidence& intent) {
  KOINON_ASSIGN(const JournalSeq row, store.add_evidence(intent.evidence));
  return RunStored{row};
}

Result<RunStored> write(Store& store, const CommitBodies& intent) {
  KOINON_TRY(store.add_bodies(intent.bodies));
  KOINON_TRY(want_each(store, intent.wants, intent.bodies.arrived_at));
  KOINON_ASSIGN(const std::uint64_t bytes, store.log_bytes(intent.bodies.log));
  return RunStored{JournalSeq(0), bytes};
}

Result<FilterApplied> write(Store& store, const CommitFilter& intent) {
  KOINON_ASSIGN(const auto next,
                store.apply_filter(intent.log, intent.filter, intent.now, intent.from, intent.most));
  KOINON_ASSIGN(const std::uint64_t bytes, store.log_bytes(intent.log));
  return FilterApplied{next, bytes};
}

Result<Done> write(Store& store, const CommitOutOfPolicy& intent) {
  return done(store.set_out_of_policy(intent.log, intent.since, intent.lived));
}

Result<Done> write(Store& store, const CommitLived& intent) {
  return done(store.set_setting(kLived, std::to_string(intent.lived.count())));
}

Result<RunStored> write(Store& store, const CommitReadmission& intent) {
  KOINON_ASSIGN(const JournalSeq row, store.readmit(intent.log));
  return RunStored{row};
}

Result<Done> write(Store& store, const CommitAsks& intent) {
  return done(store.set_asks(intent.asks, intent.open));
}

Result<Done> write(Store& store, const CommitSeen& intent) { return done(store.keep_seen(intent.seen)); }

Result<Done> write(Store& store, const CommitStatements& intent) {
  KOINON_TRY(store.keep_statements(intent.log, intent.notes));
  return done(intent.good_until ? store.forget_seen(intent.log, *intent.good_until) : Status());
}

Result<Recovered> write(Store& store, const CommitRecovery& intent) { return store.recover(intent.recovery); }

Result<CosignedKept> write(Store& store, const CommitCosigned& intent) {
  CosignedKept out;
  KOINON_ASSIGN(out.heads, store.keep_cosigned(intent.log, intent.head, intent.now));
  return out;
}

// A head that is kept, as the log signed it, and nobody else's line.
Result<CosignedHead> kept_head(Store& store, const LogId& log, const LastCosigned& which) {
  KOINON_ASSIGN(auto heads, store.cosigned(log));
  for (CosignedHead& head : heads) {
    if (head.recoveries != which.recoveries || head.head.size != which.size || head.head.root != which.root)
      continue;
    head.lines.clear();
    return std::move(head);
  }
  return fail(Code::kNotFound, "the head is kept no more", "head");
}

// The store has the last word: what it knows of our own cosigner is what is durable.
Result<CosignedKept> write(Store& store, const CommitCosign& intent) {
  if (!intent.sign) return fail(Code::kInternal, "nothing makes cosignatures", "cosigner");
  KOINON_ASSIGN(const auto lost, store.setting(kCosignerLost));
  if (lost) return fail(Code::kUnavailable, "the cosigner key is to be replaced first", "cosigner");
  KOINON_ASSIGN(CosignedHead head, kept_head(store, intent.log, intent.next));
  KOINON_TRY(store.note_cosigned(intent.log, intent.next));
  KOINON_ASSIGN(const SignedNote note, parse_note(head.head.note));
  KOINON_ASSIGN(const Checkpoint checkpoint, parse_checkpoint_text(note.text));
  KOINON_ASSIGN(CosignatureLine own, intent.sign(checkpoint, intent.now));
  head.lines.push_back(std::move(own));
  CosignedKept out;
  KOINON_ASSIGN(out.heads, store.keep_cosigned(intent.log, head, intent.now));
  out.own = std::move(head);
  return out;
}

Result<RunStored> write(Store& store, const CommitSetRow& intent) {
  KOINON_ASSIGN(const JournalSeq row, store.renew_row(intent.log));
  return RunStored{row};
}

Result<Done> write(Store& store, const CommitHolder& intent) {
  return done(store.set_held_ours(intent.peer));
}

Result<Done> write(Store& store, const CommitExcused& intent) {
  return done(store.set_setting(kExcused, excused_text(intent.without)));
}

Result<Done> write(Store& store, const CommitRolledBack& intent) {
  if (intent.rolled_back) {
    KOINON_TRY(store.set_setting(kRolledBackAt, std::to_string(intent.at.value)));
    KOINON_TRY(store.set_setting(kCosignerLost, "1"));
    return done(store.set_setting(kRolledBack, std::to_string(intent.at.value)));
  }
  KOINON_TRY(store.set_setting(kRestored, {}));
  return done(store.set_setting(kRolledBack, {}));
}

Result<ChunkStored> write(Store& store, const CommitChunk& intent) {
  KOINON_ASSIGN(const std::uint32_t held, store.add_chunk(intent.commit));
  return ChunkStored{held};
}

Result<Done> write(Store& store, const CommitFinished& intent) {
  return done(store.finish_attachment(intent.id, intent.whole));
}

Result<Done> write(Store& store, const CommitDrop& intent) { return done(store.drop_attachment(intent.id)); }

Result<Done> write(Store& store, const CommitRemoval& intent) {
  return done(store.remove_log(intent.log, intent.now));
}

Result<EpochBegun> write(Store& store, const BeginEpoch& intent) {
  if (!intent.make) return fail(Code::kInternal, "nothing makes epochs", "epoch");
  KOINON_TRY(add_next_epoch(store, intent.make, intent.shown));
  KOINON_ASSIGN(auto epochs, store.epochs());
  return EpochBegun{std::move(epochs)};
}

// The answer must have the type that the intent names.
template <typename T>
Result<Answer> to_answer(Result<typename T::Answer> result) {
  if (!result.ok()) return result.error();
  return Answer(std::move(*result));
}

Error wrong_class() { return fail(Code::kInternal, "an intent reached the wrong executor"); }

}  // namespace

IntentClass intent_class(const IntentBody& body) {
  return std::visit([]<typename T>(const T&) { return T::kKind.does; }, body);
}

Result<Answer> execute_check(IntentBody body, const SignatureChecks& checks) {
  return std::visit(
      [&]<typename T>(T& intent) -> Result<Answer> {
        if constexpr (T::kKind.does == IntentClass::kCheck) {
          return to_answer<T>(check(intent, checks));
        } else {
          return wrong_class();
        }
      },
      body);
}

Result<Answer> execute_read(StoreReader& store, const IntentBody& body) {
  return std::visit(
      [&]<typename T>(const T& intent) -> Result<Answer> {
        if constexpr (T::kKind.does == IntentClass::kRead) {
          return to_answer<T>(read(store, intent));
        } else {
          return wrong_class();
        }
      },
      body);
}

// An intent may be several changes of the store. Whoever is told that it failed may count on it that none of
// them was made.
Result<Answer> execute_write(Store& store, const IntentBody& body) {
  Result<Answer> out = wrong_class();
  const Status written = store.as_one([&]() -> Status {
    out = std::visit(
        [&]<typename T>(const T& intent) -> Result<Answer> {
          if constexpr (T::kKind.does == IntentClass::kWrite) {
            return to_answer<T>(write(store, intent));
          } else {
            return wrong_class();
          }
        },
        body);
    return out.ok() ? Status() : Status(out.error());
  });
  return written.ok() ? std::move(out) : Result<Answer>(written.error());
}

Result<std::vector<RunStored>> execute_runs(Store& store, const std::vector<const CommitRun*>& intents) {
  Result<std::vector<RunStored>> out = wrong_class();
  const Status written = store.as_one([&]() -> Status {
    out = write_runs(store, intents);
    return out.ok() ? Status() : Status(out.error());
  });
  return written.ok() ? std::move(out) : Result<std::vector<RunStored>>(written.error());
}

bool needs_durability(const IntentBody& body) {
  return std::visit([]<typename T>(const T&) { return T::kKind.durable; }, body);
}

bool makes_arrivals(const IntentBody& body) {
  return std::visit([]<typename T>(const T&) { return T::kKind.makes_arrivals; }, body);
}

bool is_cosigning(const IntentBody& body) { return std::holds_alternative<CommitCosign>(body); }

}  // namespace koinon
