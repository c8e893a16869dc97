#include "node/engine/verify.h"

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

Error bad_body(EntryIndex index, std::string_view why) {
  return fail(Code::kBadProof, "the body of entry " + std::to_string(index.value) + " " + std::string(why),
              "body");
}

// Decides the state of a received body. `entry` is null for a leaf that is no entry.
Status settle_body(StoredRecord& record, const v1::Entry* entry, const BodyFilter& filter) {
  const BodyClaim claim = entry == nullptr ? BodyClaim() : body_claim(*entry);
  if (claim.size == 0) {
    if (!record.body.empty()) return bad_body(record.index, "was sent, but the entry has none");
    record.state = BodyState::kHeld;
    return {};
  }
  if (record.body.empty()) {
    record.state = filter.wants(*entry) ? BodyState::kNotHeld : BodyState::kNotAsked;
    return {};
  }
  if (record.body.size() != claim.size || sha256(record.body).view() != claim.digest) {
    return bad_body(record.index, "does not match its digest");
  }
  record.state = BodyState::kHeld;
  return {};
}

}  // namespace

HeadsVerified verify_heads(const VerifyHeads& intent) {
  HeadsVerified out;
  out.reserve(intent.items.size());
  for (const auto& item : intent.items) out.push_back(open_checkpoint(item.note, item.vkey));
  return out;
}

Result<RunVerified> verify_received_run(VerifyRun intent) {
  if (!intent.head_note.empty()) {
    KOINON_ASSIGN(const Checkpoint head, open_checkpoint(intent.head_note, intent.identity.vkey()));
    if (head.size != intent.size || head.root != intent.root) {
      return fail(Code::kBadProof, "the head is not the one that the run was sent for", "head");
    }
  }
  RunVerified out;
  out.leaves.reserve(intent.records.size());
  for (const StoredRecord& record : intent.records) {
    if (record.entry.size() > limits::kLeafBytes)
      return fail(Code::kTooLarge, "a leaf has at most 65,535 bytes", "entry");
    out.leaves.push_back(leaf_hash(record.entry));
  }
  KOINON_ASSIGN(out.after, verify_run(intent.from, out.leaves, intent.size, intent.proof, intent.root));
  if (intent.from.value == 0) {
    const auto genesis = check_genesis(intent.records.front().entry, intent.identity);
    if (!genesis.ok()) return genesis.error();
  }
  const LogId log = intent.identity.log_id();
  for (StoredRecord& record : intent.records) {
    const auto entry = parse_entry(record.entry);
    KOINON_TRY(settle_body(record, entry.ok() ? &*entry : nullptr, intent.filter));
    if (!entry.ok()) continue;
    if (auto vouch = vouch_of(log, record.index, *entry)) out.vouches.push_back(std::move(*vouch));
  }
  out.left = std::move(intent.proof.left);
  out.right = std::move(intent.proof.right);
  out.records = std::move(intent.records);
  return out;
}

}  // namespace koinon
