#include "node/daemon/identity.h"

#include <functional>

#include "crypto/key_file.h"
#include "node/daemon/identity_file.h"
#include "proto/base/encoding.h"
#include "storage/store/recovery_rules.h"

namespace koinon {
namespace {

constexpr std::size_t kTokenFileBytes = 128;

// A store that comes without its own token was restored from a backup, and peers may hold entries of our log
// that it does not: signing now could fork it.
Result<bool> is_restored(const StoreState& state, const DataFolder& folder) {
  const auto file = read_kept_file(folder.instance(), kTokenFileBytes);
  if (!file.ok() && file.error().code != Code::kNotFound) return file.error();
  return !file.ok() || *file != to_hex(state.instance_token) + "\n";
}

// A key that was replaced signs nothing; the node still serves what it has.
bool was_replaced(const PublicKey& key, const KeyHistory& history) {
  bool replaced = key == history.identity().signing_key;
  for (const KeyHistory::Change& change : history.changes())
    replaced = replaced || change.statement.key.key == key;
  return replaced && key != history.vkey().key;
}

Error key_replaced() {
  return fail(
      Code::kRefused,
      "the signing key of our log was replaced, and this node has not the new one; nothing more is "
      "signed here. If nobody of you did that, the key was stolen. See RUNBOOK, \"A new signing key\"",
      "log");
}

Status check_city_keys(const KeyHistory& history, const NodeKeys& keys, const DataFolder& folder) {
  const LogIdentity& own = history.identity();
  if (!keys.city) {
    return fail(Code::kRefused,
                "the keys of " + own.name +
                    " are missing; put signing.key, cosigner.key and sealing.key back from their backup",
                folder.key("signing").parent_path().string());
  }
  const PublicKey key = keys.city->signing.public_key();
  if (key != history.vkey().key && !was_replaced(key, history)) {
    return fail(Code::kRefused, "the signing key is not the one of this store's log",
                folder.key("signing").string());
  }
  return {};
}

// Of a store that was made anew from its keys nothing is held yet; then the file beside the keys says whose
// they are.
Result<LogState> own_log_state(StoreReader& store, const LogId& own, const DataFolder& folder) {
  auto held = store.log_state(own);
  if (held.ok() || held.error().code != Code::kNotFound) return held;
  LogState none;
  none.id = own;
  KOINON_ASSIGN(none.keys, read_identity_file(folder.identity()));
  if (none.identity().log_id() == own) return none;
  return fail(Code::kRefused, "it is not the identity of this store's log", folder.identity().string());
}

}  // namespace

Result<NodeIdentity> read_node_identity(StoreReader& store, const StoreState& state, const NodeKeys& keys,
                                        const DataFolder& folder, const DaemonLog& log) {
  NodeIdentity out;
  out.node_key = NodeKey::from(keys.node.public_key().view());
  if (!state.own_log) {
    KOINON_ASSIGN(const auto observer, store.setting(kObserverName));
    if (!observer) return fail(Code::kIo, "the store has no log of its own", folder.store().string());
    out.name = *observer;
    return out;
  }
  KOINON_ASSIGN(const LogState own, own_log_state(store, *state.own_log, folder));
  KOINON_TRY(check_city_keys(own.keys, keys, folder));
  out.log = own.identity();
  out.keys = own.keys;
  out.name = own.identity().name;
  KOINON_ASSIGN(out.restored, is_restored(state, folder));
  if (out.restored)
    log.warning(
        log_event::kRestored,
        "this store was restored from a copy; its peers are asked what they saw of its log before it signs");
  if (was_replaced(keys.city->signing.public_key(), own.keys)) {
    out.refusal = key_replaced();
    log.error(log_event::kOwnForked, out.refusal->message, {{"city", out.name}});
  }
  if (own.frozen) {
    KOINON_ASSIGN(const auto evidence, store.evidence(own.id));
    out.refusal = own_log_forked(kind_of_fork(evidence));
    log.error(log_event::kOwnForked, out.refusal->message, {{"city", out.name}});
  }
  return out;
}

namespace {

Status in_one_commit(Store& store, const std::function<Status()>& act) {
  KOINON_TRY(store.begin(true));
  if (const Status done = act(); !done.ok()) {
    store.rollback();
    return done;
  }
  return store.commit();
}

// What is void of our own log goes before anybody looks at it.
Status take_recovery(Store& store, const KeyHistory& says, UnixMillis now) {
  RecoveryCommit recovery;
  recovery.log = says.identity().log_id();
  recovery.notes = says.notes();
  recovery.recoveries = says.recoveries();
  recovery.now = now;
  if (const KeyHistory::Change* last = says.last_recovery()) {
    recovery.size = last->statement.size;
    recovery.root = last->statement.root;
  }
  for (bool done = false; !done;) {
    KOINON_TRY(in_one_commit(store, [&]() -> Status {
      KOINON_ASSIGN(const Recovered left, store.recover(recovery));
      done = left.done;
      return {};
    }));
  }
  return {};
}

}  // namespace

Status take_statements(Store& store, const DataFolder& folder, UnixMillis now) {
  KOINON_ASSIGN(const auto own, store.own_log());
  const auto says = read_identity_file(folder.identity());
  if (!own || !says.ok() || says->identity().log_id() != *own) return {};
  const auto held = store.log_state(*own);
  if (!held.ok() && held.error().code != Code::kNotFound) return held.error();
  // A start before this one may have been cut short while it took away what is void.
  const bool is_unfinished = held.ok() && held->keys.recoveries() > 0 && !held->seen;
  if (is_unfinished) return take_recovery(store, held->keys, now);
  if (held.ok() && compare(held->keys, *says) != KeyOrder::kSecondGoesOn) return {};
  const std::uint64_t known = held.ok() ? held->keys.recoveries() : 0;
  if (says->recoveries() > known) return take_recovery(store, *says, now);
  return in_one_commit(store, [&] { return store.keep_statements(*own, says->notes()); });
}

Error own_log_forked(ForkKind kind) {
  std::string why;
  switch (kind) {
    case ForkKind::kTwoHeads:
      why =
          "two heads that contradict each other carry its signature, and other cities have frozen it; "
          "nothing more is signed for it. Either its key is in other hands, or a copy of this node signed "
          "too. See RUNBOOK, \"A forked log\"";
      break;
    case ForkKind::kTwoKeys:
      why =
          "its signing key was replaced twice, in different ways, and other cities have frozen it; nothing "
          "more is signed for it. Either its key is in other hands, or a copy of this node changed it too. "
          "Take it back with the recovery words: RUNBOOK, \"Our log is frozen\"";
      break;
    case ForkKind::kTwoRecoveries:
      why =
          "its recovery words were used twice, in different ways, and it is frozen for good everywhere; "
          "nothing more is signed for it, and nothing thaws it. Begin a new log: RUNBOOK, \"The paper is "
          "lost\"";
      break;
  }
  return fail(Code::kRefused, "our own log has forked: " + why, "log");
}

}  // namespace koinon
