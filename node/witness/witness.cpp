#include "node/witness/witness.h"

#include <algorithm>
#include <chrono>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr double kSecondsOfDay = 86'400;

WitnessAnswer refusal(unsigned status, const std::string& sentence) { return {status, sentence + "\n"}; }

// The disk has failed, or is full.
WitnessAnswer failure(const Error& error) {
  const bool is_full = error.code == Code::kDiskFull || error.code == Code::kUnavailable;
  WitnessAnswer out =
      is_full ? refusal(503, "the witness has no room") : refusal(500, "the witness cannot use its store");
  if (is_full) out.retry_after = 60;
  return out;
}

WitnessAnswer conflict(TreeSize size) { return {409, std::to_string(size.value) + "\n", "text/x.tlog.size"}; }

}  // namespace

Witness::Witness(WitnessedLogs logs, WitnessRate rate, std::string name, SigningKey key, WitnessDb& db)
    : logs_(std::move(logs)), rate_(rate), name_(std::move(name)), key_(std::move(key)), db_(db) {}

// Signatures by keys that are not trusted for this log are ignored. Each one by a trusted key must verify.
Result<SignedNote> Witness::verified(const SignedNote& note, const WitnessedLog& log) const {
  SignedNote out{note.text, {}};
  for (const VKey& key : log.keys) {
    const auto signatures = note.by(key);
    if (signatures.empty()) continue;
    KOINON_TRY(verify_note(note, key));
    out.signatures.push_back(*signatures.front());
  }
  if (out.signatures.empty())
    return fail(Code::kBadSignature, "no key that is trusted for this log has signed it", "signature");
  return out;
}

// Whether the checkpoint extends the head that stands. `old_size` is that head's size.
Status Witness::check_history(const AddCheckpoint& request, const HeadOfOthers* stands) const {
  const Checkpoint& next = request.checkpoint;
  const Hash empty = CompactRange().root();
  if (next.size == TreeSize(0) && next.root != empty)
    return fail(Code::kBadProof, "the root of an empty tree is the hash of nothing", "root");
  if (request.old_size == TreeSize(0)) {
    if (request.proof.empty()) return {};
    return fail(Code::kBadProof, "the proof from an empty tree is empty", "proof");
  }
  return verify_consistency(request.old_size, next.size, stands == nullptr ? empty : stands->root, next.root,
                            request.proof);
}

bool Witness::may_ask(const WitnessedLog& log, bool grows, MonoTime now) {
  double at_once = rate_.at_once;
  double per_second = rate_.per_second;
  if (log.per_day > 0) {
    const auto per_day = static_cast<double>(log.per_day);
    at_once = std::min(at_once, per_day);
    per_second = std::min(per_second, per_day / kSecondsOfDay);
  }
  const auto [it, is_new] = buckets_.try_emplace(log.origin);
  if (is_new) it->second = {{at_once, now}, {at_once, now}};
  Bucket& bucket = grows ? it->second.growing : it->second.again;
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket = {std::min(at_once, bucket.left + seconds * per_second), now};
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

WitnessAnswer Witness::add_checkpoint(BytesView body, UnixMillis now, MonoTime mono) {
  const auto request = parse_add_checkpoint(body);
  if (!request.ok()) return refusal(400, request.error().message);
  const Checkpoint& next = request->checkpoint;
  const WitnessedLog* log = logs_.find(next.origin);
  if (log == nullptr) return refusal(404, "this witness does not know the log of this origin");
  const auto note = verified(request->note, *log);
  if (!note.ok()) return refusal(403, note.error().message);
  if (request->old_size > next.size) return refusal(400, "the old size is larger than the checkpoint's");
  const auto stands = db_.head(next.origin);
  if (!stands.ok()) return failure(stands.error());
  const TreeSize size = *stands ? (*stands)->size : TreeSize(0);
  if (request->old_size != size) return conflict(size);
  const Status extends = check_history(*request, *stands ? &**stands : nullptr);
  if (!extends.ok()) {
    WitnessAnswer out = refusal(422, extends.error().message);
    out.origin = next.origin;
    return out;
  }
  if (!may_ask(*log, next.size > size, mono)) {
    WitnessAnswer out = refusal(429, "this log asks too often");
    out.retry_after = log->per_day > 0 ? 60 : 1;
    return out;
  }
  return accept(*request, *note, now);
}

WitnessAnswer Witness::accept(const AddCheckpoint& request, const SignedNote& note, UnixMillis now) {
  const Checkpoint& next = request.checkpoint;
  // The time of a cosignature is never 0.
  if (now.value < 1000) return refusal(500, "the clock of the witness is wrong");
  auto seconds = static_cast<std::uint64_t>(now.value / 1000);
  // A clock that was set back must not state an earlier time for a larger head.
  const auto before = db_.head(next.origin);
  if (!before.ok()) return failure(before.error());
  if (*before) seconds = std::max(seconds, (*before)->cosigned_at);
  const Status kept =
      db_.advance(request.old_size, {next.origin, next.size, next.root, note.encode(), seconds});
  if (kept.ok()) return {200, cosign(note.text, name_, key_, seconds).line()};
  if (kept.error().code != Code::kConflict) return failure(kept.error());
  const auto stands = db_.head(next.origin);
  if (!stands.ok()) return failure(stands.error());
  return conflict(*stands ? (*stands)->size : TreeSize(0));
}

// The signature is made anew, of the time that is kept: Ed25519 gives the same bytes as it gave to the log.
WitnessAnswer Witness::checkpoint(std::string_view origin_hash) {
  const auto hash = from_hex(origin_hash);
  if (!hash.ok() || hash->size() != Hash::kSize) return refusal(404, "this is not the hash of an origin");
  const auto head = db_.head_of(Hash::from(*hash));
  if (!head.ok()) return failure(head.error());
  if (!*head) return refusal(404, "this witness has cosigned no head of such a log");
  auto note = parse_note((*head)->note);
  if (!note.ok()) return failure(note.error());
  note->signatures.push_back(cosign(note->text, name_, key_, (*head)->cosigned_at));
  return {200, note->encode()};
}

}  // namespace koinon
