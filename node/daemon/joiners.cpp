#include "node/daemon/joiners.h"

#include <memory>
#include <utility>
#include <vector>

#include "node/api/change_request.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// Of whom the pins were that this takes away.
struct Used {
  bool pinned_now = false;  // by this, and not from before
  std::vector<NodeKey> removed;
};

// Whether the recovery key of the joiner's log has said that the key of its line signs it now. That the
// joiner holds that key was checked before.
Result<bool> took_its_log_back(Store& store, const PeerRecord& record, const std::vector<Bytes>& statements) {
  if (!record.log || statements.empty()) return false;
  const auto held = store.log_state(*record.log);
  if (!held.ok() && held.error().code == Code::kNotFound) return false;
  if (!held.ok()) return held.error();
  KeyHistory told(held->identity());
  for (const Bytes& statement : statements) KOINON_TRY(told.add(statement));
  if (told.recoveries() == 0 || told.vkey().text() != record.vkey) return false;
  const KeyOrder order = compare(held->keys, told);
  return order == KeyOrder::kSame || order == KeyOrder::kSecondGoesOn;
}

// The node that the log had before is not its node any more, whoever has that machine. What the operator said
// of the city stays.
Status unpin_old_nodes(Store& store, PeerRecord& record, Used& used) {
  KOINON_ASSIGN(const auto all, store.peers());
  for (const PeerRecord& peer : all) {
    if (peer.log != record.log || peer.node_key == record.node_key) continue;
    record.vouch = record.vouch || peer.vouch;
    KOINON_TRY(store.remove_peer(peer.node_key));
    used.removed.push_back(peer.node_key);
  }
  return {};
}

Result<Used> use_invite(Store& store, const NodeKey& invite, PeerRecord& record,
                        const std::vector<Bytes>& statements) {
  Used used;
  KOINON_TRY(store.remove_invite(invite));
  KOINON_ASSIGN(const bool taken_back, took_its_log_back(store, record, statements));
  if (taken_back) KOINON_TRY(unpin_old_nodes(store, record, used));
  KOINON_ASSIGN(const auto pinned, store.peers());
  for (const PeerRecord& peer : pinned) {
    // What the operator pinned stands, whoever comes with an invite.
    if (peer.node_key == record.node_key && peer.log == record.log) return used;
    if (peer.node_key == record.node_key || (record.log && peer.log == record.log))
      return fail(Code::kConflict,
                  record.name + " is pinned already with another node; the operator there removes it first",
                  "invite");
  }
  KOINON_TRY(store.put_peer(record));
  used.pinned_now = true;
  return used;
}

}  // namespace

// The invite is used and the joiner pinned in one transaction. A vouch follows only where the operator named
// who may join: else the operator looks at the name first.
asio::awaitable<Result<std::string>> Joiners::join(InviteRecord invite, v1::Join join) {
  auto peer =
      peer_of_line(join.peer_line(), parts_.identity.log_id(), parts_.identity.node_key, parts_.wall());
  if (!peer.ok()) co_return peer.error();
  if (!invite.expects.empty() && peer->name != invite.expects) {
    co_return fail(Code::kRefused, "this invite is for " + invite.expects + ", not for " + peer->name,
                   "invite");
  }
  peer->vouch = !invite.expects.empty() && peer->log && parts_.identity.log;
  StoreWriter* writer = &parts_.writer;
  // Written before the answer comes.
  const auto used = std::make_shared<Used>();
  const auto record = std::make_shared<PeerRecord>(std::move(*peer));
  const std::vector<Bytes> statements(join.statements().begin(), join.statements().end());
  Beginning<Status> begin = [writer, used, record, key = invite.key,
                             statements](std::function<void(Status)> done) {
    writer->change(
        [used, record, key, statements](Store& store) -> Status {
          KOINON_ASSIGN(*used, use_invite(store, key, *record, statements));
          return {};
        },
        std::move(done));
  };
  const auto stored = co_await from_callback<Status>(std::move(begin));
  if (!stored.ok()) co_return stored.error();
  parts_.network.forget_invite(invite.key);
  if (used->pinned_now) parts_.network.add_peer(*record);
  for (const NodeKey& old : used->removed) parts_.network.remove_peer(old);
  parts_.log.info("joined by invite", {{"peer", record->name}, {"node_key", to_text(record->node_key)}});
  co_return parts_.identity.name;
}

}  // namespace koinon
