#include "node/engine/verify.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

Error bad_body(EntryIndex index, std::string_view why) {
  return fail(Code::kBadProof, "the body of entry " + std::to_string(index.value) + " " + std::string(why),
              "body");
}

Error bad_mark(EntryIndex index) {
  return fail(
      Code::kBadProof,
      "the body of entry " + std::to_string(index.value) + " is said to be erased, and no withdrawal says so",
      "mark");
}

// Decides the state of a received body. `entry` is null for a leaf that is no entry. A mark of erasure is
// believed where the entry that it names is not here yet: the store checks it when that entry comes.
Status settle_body(StoredRecord& record, const v1::Entry* entry, const VerifyRun& intent,
                   const std::vector<WithdrawalFact>& withdrawals) {
  const BodyClaim claim = entry == nullptr ? BodyClaim() : body_claim(*entry);
  if (claim.size == 0) {
    if (!record.body.empty()) return bad_body(record.index, "was sent, but the entry has none");
    record.state = BodyState::kHeld;
    return {};
  }
  if (!record.body.empty()) {
    if (record.body.size() != claim.size || sha256(record.body).view() != claim.digest) {
      return bad_body(record.index, "does not match its digest");
    }
    // It was sent by a filter that is ours no more, or by somebody who fills disks.
    const bool wanted = intent.filter.wants(*entry);
    if (!wanted) record.body.clear();
    record.state = wanted ? BodyState::kHeld : BodyState::kNotAsked;
    return {};
  }
  // A withdrawal beyond this head may be true, but says nothing yet.
  if (record.state != BodyState::kErased || record.erased_by.value >= intent.size.value) {
    record.state = intent.filter.wants(*entry) ? BodyState::kNotHeld : BodyState::kNotAsked;
    return {};
  }
  if (record.erased_by <= record.index) return bad_mark(record.index);
  const std::uint64_t end = intent.from.value + intent.records.size();
  const bool stated = std::any_of(withdrawals.begin(), withdrawals.end(), [&](const WithdrawalFact& fact) {
    return fact.erase && fact.index == record.erased_by && fact.target == record.index;
  });
  if (record.erased_by.value < end && !stated) return bad_mark(record.index);
  return {};
}

// What the statements say that came with a head. Nothing: they are among ours.
Result<std::optional<KeyHistory>> told_by(const VerifyHeads::Item& item) {
  const std::vector<Bytes> ours = item.keys.notes();
  const std::size_t count = item.statements.size();
  if (count <= ours.size() && std::equal(item.statements.begin(), item.statements.end(), ours.begin()))
    return std::optional<KeyHistory>();
  KeyHistory told(item.keys.identity());
  for (const Bytes& statement : item.statements) {
    const Status added = told.add(statement);
    if (added.ok()) continue;
    // kRefused would say that an honest peer may pass it on.
    const bool is_refused = added.error().code == Code::kRefused;
    return again_as(is_refused ? Code::kMalformed : added.error().code, added.error(), "statements");
  }
  return compare(item.keys, told) == KeyOrder::kSame ? std::nullopt : std::optional(std::move(told));
}

// A note of a head has few lines: whoever passes it on may have added some.
Status check_lines(BytesView note) {
  const auto lines = note.substr(std::min(note.rfind("\n\n"), note.size()));
  if (static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')) <= 2 + limits::kHeadNoteLines)
    return {};
  return fail(Code::kTooLarge, "the note of a head has at most 16 signature lines", "checkpoint");
}

Result<HeadVerified> verify_head(const VerifyHeads::Item& item, const SignatureChecks& checks) {
  KOINON_TRY(check_lines(item.note));
  KOINON_ASSIGN(std::optional<KeyHistory> told, told_by(item));
  HeadVerified out;
  const bool goes_on = told && compare(item.keys, *told) != KeyOrder::kFirstGoesOn;
  KOINON_ASSIGN(const KeyHistory::Head head, checks.open(item.note, goes_on ? *told : item.keys));
  out.checkpoint = head.checkpoint;
  if (goes_on) out.told = std::move(told);
  return out;
}

// What the entries of a run say, and what becomes of its bodies. Most entries say nothing beyond themselves:
// one message is read into again and again, and those with a control part are kept until all are read.
Status read_entries(VerifyRun& intent, RunVerified& out) {
  const LogId log = intent.keys.identity().log_id();
  std::vector<std::unique_ptr<v1::Entry>> stating;
  std::vector<const v1::Entry*> keyed(intent.records.size(), nullptr);
  std::vector<std::size_t> bodiless;
  v1::Entry entry;
  for (std::size_t i = 0; i < intent.records.size(); ++i) {
    StoredRecord& record = intent.records[i];
    const bool readable = parse_entry_into(record.entry, entry).ok();
    if (readable && entry.has_control()) {
      stating.push_back(std::make_unique<v1::Entry>(entry));
      keyed[i] = stating.back().get();
      if (auto vouch = vouch_of(log, record.index, entry)) out.vouches.push_back(std::move(*vouch));
      if (const auto fact = withdrawal_of(record.index, entry)) out.withdrawals.push_back(*fact);
    }
    if (record.body.empty()) {
      bodiless.push_back(i);
    } else {
      KOINON_TRY(settle_body(record, readable ? &entry : nullptr, intent, {}));
    }
  }
  // Whether an erasure is borne out, a later entry of the run may say.
  for (const std::size_t i : bodiless) {
    const bool readable = parse_entry_into(intent.records[i].entry, entry).ok();
    KOINON_TRY(settle_body(intent.records[i], readable ? &entry : nullptr, intent, out.withdrawals));
  }
  out.keys = keys_of_run(log, intent.from, keyed);
  for (const StoredRecord& record : intent.records) {
    for (const auto& fact : attachments_of(record.index, record.body)) out.attachments.push_back(fact);
  }
  return {};
}

}  // namespace

HeadsVerified verify_heads(const VerifyHeads& intent, const SignatureChecks& checks) {
  HeadsVerified out;
  out.reserve(intent.items.size());
  for (const auto& item : intent.items) out.push_back(verify_head(item, checks));
  return out;
}

Result<RunVerified> verify_received_run(VerifyRun intent, const SignatureChecks& checks) {
  if (!intent.head_note.empty()) {
    KOINON_TRY(check_lines(intent.head_note));
    KOINON_ASSIGN(const KeyHistory::Head opened, checks.open(intent.head_note, intent.keys));
    const Checkpoint& head = opened.checkpoint;
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
    const auto genesis = checks.genesis(intent.records.front().entry, intent.keys.identity());
    if (!genesis.ok()) return genesis.error();
  }
  KOINON_TRY(read_entries(intent, out));
  out.left = std::move(intent.proof.left);
  out.right = std::move(intent.proof.right);
  out.records = std::move(intent.records);
  return out;
}

Result<BodiesVerified> verify_bodies(const VerifyBodies& intent) {
  BodiesVerified out;
  for (const auto& item : intent.bodies) {
    if (item.body.size() != item.size || sha256(item.body) != item.digest)
      return bad_body(item.index, "does not match its digest");
    for (const AttachmentFact& fact : attachments_of(item.index, item.body)) out.attachments.push_back(fact);
  }
  return out;
}

}  // namespace koinon
