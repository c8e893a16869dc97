#include "node/replication/execute.h"

#include <limits>

#include "crypto/evidence.h"
#include "crypto/hash.h"
#include "node/engine/verify.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

template <typename T>
Result<Answer> to_answer(Result<T> result) {
  if (!result.ok()) return result.error();
  return Answer(std::move(*result));
}

Result<Answer> to_answer(const Status& status) {
  if (!status.ok()) return status.error();
  return Answer(Done{});
}

Result<Answer> read_run(StoreReader& store, const ReadRun& intent) {
  if (intent.root) {
    KOINON_ASSIGN(const Hash root, store.root_at(intent.log, intent.size));
    if (root != *intent.root)
      return fail(Code::kConflict, "the tree of that size has another root here", "root");
  }
  return to_answer(store.read_run(intent.log, intent.from, intent.to, intent.size, intent.max_bytes));
}

Result<Answer> read_records(StoreReader& store, const ReadRecords& intent) {
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
  return Answer(std::move(out));
}

Result<Answer> read_chunk(StoreReader& store, const ReadChunk& intent) {
  ChunkRead out;
  KOINON_ASSIGN(out.state, store.attachment(intent.log, intent.index, intent.sha256));
  if (intent.number >= out.state.chunks_held) return Answer(std::move(out));
  auto chunk = store.attachment_chunk(out.state.id, intent.number);
  if (!chunk.ok() && chunk.error().code != Code::kNotFound) return chunk.error();
  if (chunk.ok()) out.chunk = std::move(*chunk);
  return Answer(std::move(out));
}

Result<Answer> read_digest(StoreReader& store, const ReadDigest& intent) {
  Sha256 digest;
  for (std::uint32_t i = 0; i < chunk_count(intent.id.size); ++i) {
    KOINON_ASSIGN(const AttachmentChunk chunk, store.attachment_chunk(intent.id, i));
    digest.update(chunk.bytes);
  }
  return Answer(digest.finish());
}

// What policy wants; where there is no room for it, it is not had.
Status want_each(Store& store, const std::vector<AttachmentWant>& wants, UnixMillis now) {
  for (const AttachmentWant& want : wants) {
    const Status status = store.want_attachment(want, now);
    if (!status.ok() && (status.error().code == Code::kDiskFull || status.error().code == Code::kIo))
      return status;
  }
  return {};
}

Result<Answer> want(Store& store, const CommitWant& intent) {
  KOINON_TRY(store.want_attachment(intent.want, intent.now));
  return to_answer(store.attachment(intent.want.log, intent.want.index, intent.want.id.sha256));
}

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

constexpr std::string_view kReserveField = "disk.reserve_bytes";

std::uint64_t bytes_of(const BodiesCommit& commit) {
  std::uint64_t bytes = 0;
  for (const auto& item : commit.bodies) bytes += bytes_held(0, item.body.size());
  return bytes;
}

// About what an intent takes of the disk, where others sent it; none: our own, small, or it frees room.
std::optional<std::uint64_t> size_for_others(const IntentBody& body) {
  using Size = std::optional<std::uint64_t>;
  return std::visit(Overloaded{[](const CommitRun& intent) {
                                 return intent.own ? Size() : Size(bytes_held(intent.run.records));
                               },
                               [](const CommitBodies& intent) { return Size(bytes_of(intent.bodies)); },
                               [](const CommitWant& intent) { return Size(intent.want.id.size); },
                               [](const CommitChunk& intent) {
                                 return Size(intent.commit.chunk.bytes.size() + limits::kRecordBytes);
                               },
                               [](const auto&) { return Size(); }},
                    body);
}

// How much of the disk is left for what others send. A store that does not say is asked by writing.
std::uint64_t left_for_others(Store& store, std::uint64_t reserve) {
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  if (reserve == 0) return kAll;
  const auto room = store.room();
  return room.ok() ? room_for_others(*room, reserve) : kAll;
}

Error wrong_class() { return fail(Code::kInternal, "an intent reached the wrong executor"); }

}  // namespace

IntentClass intent_class(const IntentBody& body) {
  return std::visit(Overloaded{[](const VerifyHeads&) { return IntentClass::kCheck; },
                               [](const VerifyRun&) { return IntentClass::kCheck; },
                               [](const VerifyBodies&) { return IntentClass::kCheck; },
                               [](const VerifyChunk&) { return IntentClass::kCheck; },
                               [](const VerifyEvidence&) { return IntentClass::kCheck; },
                               [](const ReadEvidence&) { return IntentClass::kRead; },
                               [](const ReadChunk&) { return IntentClass::kRead; },
                               [](const ReadDigest&) { return IntentClass::kRead; },
                               [](const ReadRun&) { return IntentClass::kRead; },
                               [](const ReadRoot&) { return IntentClass::kRead; },
                               [](const ReadRecords&) { return IntentClass::kRead; },
                               [](const ReadUnheld&) { return IntentClass::kRead; },
                               [](const ReadProof&) { return IntentClass::kRead; },
                               [](const auto&) { return IntentClass::kWrite; }},
                    body);
}

Result<Answer> execute_check(IntentBody body, const SignatureChecks& checks) {
  return std::visit(
      Overloaded{[&](VerifyHeads& intent) -> Result<Answer> { return Answer(verify_heads(intent, checks)); },
                 [](VerifyEvidence& intent) { return to_answer(verify_evidence(intent.evidence)); },
                 [&](VerifyRun& intent) -> Result<Answer> {
                   return to_answer(verify_received_run(std::move(intent), checks));
                 },
                 [](VerifyBodies& intent) -> Result<Answer> { return to_answer(verify_bodies(intent)); },
                 [](VerifyChunk& intent) { return to_answer(verify_chunk(intent.id, intent.chunk)); },
                 [](auto&) -> Result<Answer> { return wrong_class(); }},
      body);
}

Result<Answer> execute_read(StoreReader& store, const IntentBody& body) {
  return std::visit(
      Overloaded{[&](const ReadRun& intent) { return read_run(store, intent); },
                 [&](const ReadRoot& intent) { return to_answer(store.root_at(intent.log, intent.size)); },
                 [&](const ReadRecords& intent) { return read_records(store, intent); },
                 [&](const ReadUnheld& intent) {
                   return to_answer(store.unheld(intent.log, intent.from, intent.limit));
                 },
                 [&](const ReadChunk& intent) { return read_chunk(store, intent); },
                 [&](const ReadDigest& intent) { return read_digest(store, intent); },
                 [&](const ReadEvidence& intent) -> Result<Answer> {
                   KOINON_ASSIGN(auto kept, store.evidence(intent.log));
                   return Answer(EvidenceRead{std::move(kept)});
                 },
                 [&](const ReadProof& intent) {
                   return to_answer(store.run_proof_at(intent.log, intent.from, intent.count, intent.size));
                 },
                 [](const auto&) -> Result<Answer> { return wrong_class(); }},
      body);
}

Result<Answer> execute_write(Store& store, const IntentBody& body) {
  return std::visit(
      Overloaded{
          [&](const CommitRun& intent) -> Result<Answer> {
            const auto row = store.append_run(intent.run);
            if (!row.ok()) return row.error();
            if (intent.cursor) KOINON_TRY(store.set_cursor(*intent.cursor));
            KOINON_TRY(want_each(store, intent.wants, intent.run.arrived_at));
            KOINON_ASSIGN(const std::uint64_t bytes, store.log_bytes(intent.run.log));
            return Answer(RunStored{*row, bytes});
          },
          [&](const CommitCursor& intent) { return to_answer(store.set_cursor(intent.cursor)); },
          [&](const CommitEvidence& intent) -> Result<Answer> {
            const auto row = store.add_evidence(intent.evidence);
            if (!row.ok()) return row.error();
            return Answer(RunStored{*row});
          },
          [&](const CommitBodies& intent) -> Result<Answer> {
            KOINON_TRY(store.add_bodies(intent.bodies));
            KOINON_TRY(want_each(store, intent.wants, intent.bodies.arrived_at));
            KOINON_ASSIGN(const std::uint64_t bytes, store.log_bytes(intent.bodies.log));
            return Answer(RunStored{JournalSeq(0), bytes});
          },
          [&](const CommitFilter& intent) -> Result<Answer> {
            const auto next =
                store.apply_filter(intent.log, intent.filter, intent.now, intent.from, intent.most);
            if (!next.ok()) return next.error();
            KOINON_ASSIGN(const std::uint64_t bytes, store.log_bytes(intent.log));
            return Answer(FilterApplied{*next, bytes});
          },
          [&](const CommitOutOfPolicy& intent) {
            return to_answer(store.set_out_of_policy(intent.log, intent.since, intent.lived));
          },
          [&](const CommitLived& intent) {
            return to_answer(store.set_setting(kLived, std::to_string(intent.lived.count())));
          },
          [&](const CommitReadmission& intent) -> Result<Answer> {
            const auto row = store.readmit(intent.log);
            if (!row.ok()) return row.error();
            return Answer(RunStored{*row});
          },
          [&](const CommitAsks& intent) { return to_answer(store.set_asks(intent.asks, intent.open)); },
          [&](const CommitWant& intent) { return want(store, intent); },
          [&](const CommitChunk& intent) -> Result<Answer> {
            const auto held = store.add_chunk(intent.commit);
            if (!held.ok()) return held.error();
            return Answer(ChunkStored{*held});
          },
          [&](const CommitFinished& intent) {
            return to_answer(store.finish_attachment(intent.id, intent.whole));
          },
          [&](const CommitDrop& intent) { return to_answer(store.drop_attachment(intent.id)); },
          [&](const CommitRemoval& intent) { return to_answer(store.remove_log(intent.log, intent.now)); },
          [](const auto&) -> Result<Answer> { return wrong_class(); }},
      body);
}

bool needs_durability(const IntentBody& body) {
  return std::holds_alternative<CommitEvidence>(body) || std::holds_alternative<CommitOutOfPolicy>(body) ||
         std::holds_alternative<CommitFilter>(body);
}

bool makes_arrivals(const IntentBody& body) {
  return std::holds_alternative<CommitRun>(body) || std::holds_alternative<CommitBodies>(body) ||
         std::holds_alternative<CommitFilter>(body) || std::holds_alternative<CommitRemoval>(body);
}

bool is_of_others(const IntentBody& body) { return size_for_others(body).has_value(); }

bool is_kept_for_own(const Error& error) {
  return error.code == Code::kDiskFull && error.field == kReserveField;
}

std::vector<Completion> execute_writes(Store& store, const std::vector<Intent>& intents, bool durable,
                                       std::uint64_t reserve) {
  std::vector<Completion> out;
  out.reserve(intents.size());
  std::uint64_t left = left_for_others(store, reserve);
  Status status = store.begin(durable);
  const bool begun = status.ok();
  for (const Intent& intent : intents) {
    if (const auto size = size_for_others(intent.body); size && status.ok()) {
      if (*size >= left) {
        out.push_back({intent.id, kept_for_own(std::string(kReserveField))});
        // The next run of a log would not continue it.
        if (std::holds_alternative<CommitRun>(intent.body)) left = 0;
        continue;
      }
      left -= *size;
    }
    out.push_back(
        {intent.id, status.ok() ? execute_write(store, intent.body) : Result<Answer>(status.error())});
    // A full disk may have undone the whole transaction already: what followed would stand alone.
    const auto& answer = out.back().answer;
    if (status.ok() && !answer.ok() &&
        (answer.error().code == Code::kDiskFull || answer.error().code == Code::kIo))
      status = answer.error();
  }
  if (!begun) return out;
  if (status.ok()) {
    status = store.commit();
  } else {
    store.rollback();
  }
  if (!status.ok()) {
    for (Completion& completion : out) completion.answer = status.error();
  }
  return out;
}

}  // namespace koinon
