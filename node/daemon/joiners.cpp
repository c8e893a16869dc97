#include "node/daemon/joiners.h"

#include <memory>

#include "node/api/change_request.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// Whether the joiner is pinned by this, and not from before.
Result<bool> use_invite(Store& store, const NodeKey& invite, const PeerRecord& record) {
  KOINON_TRY(store.remove_invite(invite));
  KOINON_ASSIGN(const auto pinned, store.peers());
  for (const PeerRecord& peer : pinned) {
    // What the operator pinned stands, whoever comes with an invite.
    if (peer.node_key == record.node_key && peer.log == record.log) return false;
    if (peer.node_key == record.node_key || (record.log && peer.log == record.log))
      return fail(Code::kConflict,
                  record.name + " is pinned already with another node; the operator there removes it first",
                  "invite");
  }
  KOINON_TRY(store.put_peer(record));
  return true;
}

}  // namespace

// The invite is used and the joiner pinned in one transaction. A vouch follows only where the operator named
// who may join: else the operator looks at the name first.
asio::awaitable<Result<std::string>> Joiners::join(InviteRecord invite, std::string peer_line) {
  auto peer = peer_of_line(peer_line, parts_.identity.log_id(), parts_.identity.node_key, parts_.wall());
  if (!peer.ok()) co_return peer.error();
  if (!invite.expects.empty() && peer->name != invite.expects) {
    co_return fail(Code::kRefused, "this invite is for " + invite.expects + ", not for " + peer->name,
                   "invite");
  }
  peer->vouch = !invite.expects.empty() && peer->log && parts_.identity.log;
  StoreWriter* writer = &parts_.writer;
  const auto pinned_now = std::make_shared<bool>(false);  // written before the answer comes
  Beginning<Status> begin = [writer, pinned_now, key = invite.key,
                             record = *peer](std::function<void(Status)> done) {
    writer->change(
        [pinned_now, key, record](Store& store) -> Status {
          KOINON_ASSIGN(*pinned_now, use_invite(store, key, record));
          return {};
        },
        std::move(done));
  };
  const auto stored = co_await from_callback<Status>(std::move(begin));
  if (!stored.ok()) co_return stored.error();
  parts_.network.forget_invite(invite.key);
  if (*pinned_now) parts_.network.add_peer(*peer);
  parts_.log.info("joined by invite", {{"peer", peer->name}, {"node_key", to_text(peer->node_key)}});
  co_return parts_.identity.name;
}

}  // namespace koinon
