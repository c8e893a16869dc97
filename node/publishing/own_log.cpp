#include "node/publishing/own_log.h"

#include <algorithm>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "node/publishing/meant_refs.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/ref.h"
#include "storage/store/run_rules.h"
#include "storage/store/settings.h"

namespace koinon {
namespace {

// A withdrawal names an earlier entry of our own log.
Status check_withdrawal(const v1::Entry& entry, EntryIndex index) {
  if (entry.kind() != v1::KIND_WITHDRAWAL || withdrawal_of(index, entry)) return {};
  return fail(Code::kInvalidArgument, "only an earlier record of our own log can be withdrawn", "ref");
}

// Refs must name entries that we hold. Fills in their leaf hashes from these entries. A ref that has one
// already means that entry: another one may have taken its place since the note was written.
Status fill_refs(StoreReader& store, v1::Entry& entry) {
  for (auto& ref : *entry.mutable_refs()) {
    if (ref.log_id().size() != LogId::kSize)
      return fail(Code::kInvalidArgument, "it has not 32 bytes", "refs.log_id");
    const auto record = store.record(LogId::from(ref.log_id()), EntryIndex(ref.index()));
    if (!record.ok()) {
      if (record.error().code != Code::kNotFound) return record.error();
      return fail(Code::kNotFound,
                  Sentence{"note.refers_to_unheld", "a note can only refer to records that are held here"},
                  "refs");
    }
    const Bytes leaf = leaf_hash(record->entry).bytes();
    if (!ref.leaf_hash().empty() && ref.leaf_hash() != leaf) return refers_to_void();
    ref.set_leaf_hash(leaf);
  }
  return {};
}

// Attachments must name files that are held here. Fills in what else a note says of a file.
Status fill_attachments(StoreReader& store, v1::Body& body) {
  if (!body.has_practice()) return {};
  auto& attachments = *body.mutable_practice()->mutable_attachments();
  if (static_cast<std::size_t>(attachments.size()) > limits::kAttachments)
    return fail(Code::kTooLarge,
                Sentence{"note.too_many_files",
                         "a note has at most {most} attachments",
                         {{"most", std::int64_t{limits::kAttachments}}}},
                "attachments");
  for (auto& attachment : attachments) {
    const Error missing = fail(Code::kNotFound,
                               Sentence{"note.file_missing",
                                        "the file {name} is not here; attach it with --attach FILE",
                                        {{"name", attachment.name()}}},
                               "attachments");
    if (attachment.sha256().empty()) return missing;
    if (attachment.sha256().size() != Hash::kSize)
      return fail(Code::kInvalidArgument, "it is the SHA-256 of a file in hexadecimal", "attachments.sha256");
    KOINON_ASSIGN(const auto held, store.attachment_named(Hash::from(attachment.sha256())));
    if (!held) return missing;
    attachment.set_size(held->size);
    attachment.set_chunk_root(held->chunk_root.bytes());
  }
  return {};
}

// Serialises the body with a new salt, and puts its digest and size into the entry.
Result<Bytes> seal_body(Draft& draft, const Bytes& salt) {
  if (!draft.body) return Bytes();
  draft.body->set_salt(salt);
  Bytes bytes = serialize(*draft.body);
  if (bytes.size() > limits::kBodyBytes) {
    return fail(Code::kTooLarge,
                Sentence{"note.too_long",
                         "the note has {count} bytes; {most} MiB is the limit, shorten it or attach files",
                         {{"count", static_cast<std::int64_t>(bytes.size())},
                          {"most", std::int64_t{limits::kBodyBytes / limits::kMiB}}}},
                "body");
  }
  draft.entry.set_body_digest(sha256(bytes).bytes());
  draft.entry.set_body_size(static_cast<std::uint32_t>(bytes.size()));
  return bytes;
}

Result<Bytes> encode_entry(const v1::Entry& entry) {
  KOINON_TRY(check_entry(entry));
  Bytes bytes = serialize(entry);
  if (bytes.size() > limits::kOwnEntryBytes) {
    return fail(
        Code::kTooLarge,
        Sentence{"entry.too_long",
                 "the entry has {count} bytes; {most} KiB is the limit, name fewer topics and references",
                 {{"count", static_cast<std::int64_t>(bytes.size())},
                  {"most", std::int64_t{limits::kOwnEntryBytes / limits::kKiB}}}},
        "entry");
  }
  return bytes;
}

}  // namespace

Hash content_digest(const Draft& draft) {
  v1::Entry entry = draft.entry;
  entry.clear_created_at_ms();
  entry.clear_body_digest();
  entry.clear_body_size();
  v1::Body body = draft.body.value_or(v1::Body());
  body.clear_salt();
  return sha256({sha256(serialize(entry)).view(), sha256(serialize(body)).view()});
}

namespace {

std::string setting_of(const std::string& once) { return std::string(kOnce) + once; }

// The record that was published before under that name.
Result<std::optional<Published>> published_once(StoreReader& store, const LogId& log,
                                                const std::string& once) {
  if (once.empty()) return std::optional<Published>();
  KOINON_ASSIGN(const auto kept, store.setting(setting_of(once)));
  if (!kept || kept->empty()) return std::optional<Published>();
  KOINON_ASSIGN(const std::uint64_t number, parse_decimal(*kept));
  const EntryIndex index(number);
  KOINON_ASSIGN(const StoredRecord record, store.record(log, index));
  return std::optional(Published{index, leaf_hash(record.entry)});
}

// The record of our own log, or of this batch, that says what the draft says, with the same salt. It stands
// whether its text was erased meanwhile or not.
Result<std::optional<Published>> sealed_before(StoreReader& store, const LogId& log, const RunCommit& batch,
                                               const Draft& draft) {
  const Bytes digest = sealed_digest(serialize(draft.entry));
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (sealed_digest(batch.records[i].entry) == digest)
      return std::optional(Published{batch.records[i].index, batch.leaves[i]});
  }
  KOINON_ASSIGN(const auto standing, store.own_content(digest));
  if (!standing) return std::optional<Published>();
  KOINON_ASSIGN(const Bytes entry, store.entry(log, *standing));
  return std::optional(Published{*standing, leaf_hash(entry)});
}

}  // namespace

Status forget_once(Store& store, const std::string& once) { return store.set_setting(setting_of(once), {}); }

struct OwnLog::Batch {
  RunCommit run;
  std::vector<std::pair<std::string, EntryIndex>> once;
  KeyHistory keys;
  SigningKey key;  // that signs now
  bool rotated = false;
};

namespace {

// The statement with which the key of a log hands it over to the next one, behind what stands in it.
Status state_rotation(Draft& draft, const CompactRange& log, const SigningKey& key, KeyHistory& keys) {
  if (log.size().value == 0)
    return fail(Code::kInvalidArgument, "a log begins with the key that its id names", "rotation");
  Statement statement = keys.next(false);
  statement.size = log.size();
  statement.root = log.root();
  statement.key.key = draft.next_key->public_key();
  const Bytes note = sign_statement(statement, keys.vkey().name, key);
  KOINON_TRY(keys.add(note));
  draft.entry.set_kind(v1::KIND_ROTATION);
  draft.entry.mutable_control()->set_rotation_statement(note);
  return {};
}

}  // namespace

Result<Published> OwnLog::add(Store& store, Batch& batch, const DraftMaker& maker, UnixMillis now) {
  KOINON_ASSIGN(Draft draft, maker(store));
  KOINON_ASSIGN(const auto before, published_once(store, id(), draft.once));
  if (before) return *before;
  KOINON_TRY(fill_refs(store, draft.entry));
  if (draft.body) KOINON_TRY(fill_attachments(store, *draft.body));
  const EntryIndex index(batch.run.after.size().value);
  KeyHistory keys = batch.keys;
  if (draft.next_key) KOINON_TRY(state_rotation(draft, batch.run.after, batch.key, keys));
  KOINON_TRY(check_withdrawal(draft.entry, index));
  Bytes body;
  if (!draft.salt.empty()) {
    KOINON_ASSIGN(body, seal_body(draft, draft.salt));
    KOINON_ASSIGN(const auto signed_before, sealed_before(store, id(), batch.run, draft));
    if (signed_before) return *signed_before;
  }
  const Bytes digest = content_digest(draft).bytes();
  if (!draft.again) {
    KOINON_ASSIGN(auto standing, store.own_content(digest));
    for (std::size_t i = 0; i < batch.run.own_contents.size(); ++i) {
      if (batch.run.own_contents[i] == digest) standing = batch.run.records[i].index;
    }
    if (standing) {
      return fail(
          Code::kConflict,
          Sentence{"note.stands_already",
                   "the same note stands already as {ref}; use --again to publish it once more",
                   {{"ref", format_ref(identity_.name, id(),
                                       {*standing, batch.keys.recoveries_before(*standing)}, false)}}},
          "content");
    }
  }
  if (draft.salt.empty()) {
    KOINON_ASSIGN(body, seal_body(draft, random_(limits::kSaltBytes)));
  }
  draft.entry.set_created_at_ms(now.value);
  KOINON_ASSIGN(Bytes entry, encode_entry(draft.entry));
  const Hash leaf = leaf_hash(entry);
  if (draft.next_key) {
    batch.keys = std::move(keys);
    batch.key = *draft.next_key;
    batch.rotated = true;
    keys_.push_back(*draft.next_key);
  }
  batch.run.leaves.push_back(leaf);
  batch.run.after.append(leaf);
  batch.run.own_contents.push_back(digest);
  if (auto vouch = vouch_of(id(), index, draft.entry)) batch.run.vouches.push_back(std::move(*vouch));
  if (const auto withdrawal = withdrawal_of(index, draft.entry)) batch.run.withdrawals.push_back(*withdrawal);
  if (const auto named = keys_of(id(), index, draft.entry)) batch.run.keys.push_back(*named);
  for (const AttachmentFact& fact : attachments_of(index, body)) batch.run.attachments.push_back(fact);
  if (!draft.once.empty()) batch.once.emplace_back(draft.once, index);
  batch.run.records.push_back({index, std::move(entry), std::move(body), BodyState::kHeld, {}});
  return Published{index, leaf};
}

namespace {

// The recovery that the log's next entry is to state. Nothing: the log has gone on since. kUnavailable: what
// it keeps is not all here yet, or what it makes void still is.
Result<const KeyHistory::Change*> unstated_recovery(const KeyHistory& keys, TreeSize held, bool has_head) {
  const KeyHistory::Change* last = keys.last_recovery();
  if (last == nullptr) return nullptr;
  if (held < last->statement.size || (held > last->statement.size && !has_head))
    return fail(Code::kUnavailable,
                Sentence{"log.own_coming_back",
                         "our own log was taken back, and is not all here yet; it comes from other cities"},
                "log");
  return held == last->statement.size ? last : nullptr;
}

}  // namespace

Status OwnLog::state_recovery(Batch& batch, bool has_head, UnixMillis now) const {
  KOINON_ASSIGN(const KeyHistory::Change* recovery,
                unstated_recovery(batch.keys, batch.run.after.size(), has_head));
  if (recovery == nullptr) return {};
  v1::Entry entry;
  entry.set_kind(v1::KIND_ROTATION);
  entry.set_created_at_ms(now.value);
  entry.mutable_control()->set_rotation_statement(recovery->note);
  KOINON_ASSIGN(Bytes bytes, encode_entry(entry));
  const EntryIndex index(batch.run.after.size().value);
  batch.run.leaves.push_back(leaf_hash(bytes));
  batch.run.after.append(batch.run.leaves.back());
  batch.run.own_contents.emplace_back();
  batch.run.records.push_back({index, std::move(bytes), {}, BodyState::kHeld, {}});
  return {};
}

Result<OwnLog::Batch> OwnLog::begin(Store& store, UnixMillis now) const {
  auto state = store.log_state(id());
  if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
  if (state.ok() && state->frozen) {
    return fail(
        Code::kRefused,
        Sentence{"log.own_forked", "our own log has forked and is frozen; nothing more is signed for it"},
        "log");
  }
  if (!state.ok()) {
    KOINON_ASSIGN(const auto restored, store.setting(kRestored));
    if (restored)
      return fail(Code::kRefused,
                  Sentence{"log.own_lost",
                           "nothing of our own log is held here; it must come back from other "
                           "cities before anything is signed for it"},
                  "log");
  }
  KeyHistory history = state.ok() ? state->keys : KeyHistory(identity_);
  const PublicKey signs = history.vkey().key;
  const auto key = std::find_if(keys_.begin(), keys_.end(),
                                [&](const SigningKey& one) { return one.public_key() == signs; });
  if (key == keys_.end()) {
    return fail(
        Code::kRefused,
        Sentence{"log.key_replaced",
                 "the signing key of our log was replaced, and this node has not the new one; nothing "
                 "is signed here"},
        "log");
  }
  Batch batch{{}, {}, std::move(history), *key, false};
  batch.run.identity = identity_;
  batch.run.log = id();
  batch.run.arrived_at = now;
  if (state.ok()) batch.run.after = state->range;
  KOINON_TRY(state_recovery(batch, state.ok() && state->seen.has_value(), now));
  return batch;
}

Status OwnLog::finish(Store& store, Batch& batch) const {
  const Checkpoint checkpoint{batch.keys.vkey().name, batch.run.after.size(), batch.run.after.root()};
  batch.run.head = {checkpoint.size, checkpoint.root, sign_checkpoint(checkpoint, batch.key)};
  KOINON_TRY(store.append_run(batch.run));
  if (batch.rotated) KOINON_TRY(store.keep_statements(id(), batch.keys.notes()));
  for (const auto& [once, index] : batch.once)
    KOINON_TRY(store.set_setting(setting_of(once), std::to_string(index.value)));
  return {};
}

Result<PublishedBatch> OwnLog::publish(Store& store, const std::vector<DraftMaker>& makers, UnixMillis now) {
  PublishedBatch out;
  KOINON_ASSIGN(Batch batch, begin(store, now));
  for (const DraftMaker& maker : makers) out.results.push_back(add(store, batch, maker, now));
  if (batch.run.records.empty()) return out;
  out.vouches = batch.run.vouches;
  out.withdrawals = batch.run.withdrawals;
  KOINON_TRY(finish(store, batch));
  out.advanced = true;
  KOINON_ASSIGN(out.state, store.log_state(id()));
  return out;
}

DraftSigner signer_of(OwnLog log) {
  return [log = std::move(log)](Store& store, const std::vector<DraftMaker>& makers, UnixMillis now) mutable {
    return log.publish(store, makers, now);
  };
}

}  // namespace koinon
