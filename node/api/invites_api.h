// Invites: to give one out, and to use one.
//
// On the reading thread of its parts; joining waits for the network's thread.
#pragma once

#include "crypto/invite.h"
#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/api/peers_api.h"

namespace koinon {

struct InviteWish {
  std::string city;                                      // the name that may join; empty: any
  std::int64_t hours = limits::kInviteLifetime.count();  // how long it is valid; at most a year
  std::string address;  // HOST:PORT of this node; empty: the address in its configuration
};

// An invite that may still be used.
struct InviteView {
  std::string id;    // its name in lists; nobody can join with it
  std::string city;  // the name that may join; empty: any
  UnixMillis expires_at;
};

struct NewInvite {
  InviteView invite;
  std::string line;  // everybody who has the line may join; the node does not keep it
};

struct NamedInvite {
  std::string id;
};

struct InviteUse {
  std::string line;
  bool vouch = true;  // vouch for the inviter after a session has proven its key
};

class InvitesApi {
 public:
  explicit InvitesApi(ApiShared& shared);

  const Operation<InviteWish, NewInvite> invite;
  const Operation<Nothing, std::vector<InviteView>> list;
  const Operation<NamedInvite, Nothing> revoke;
  const Operation<InviteUse, PinnedPeer> join;

 private:
  boost::asio::awaitable<Result<NewInvite>> make_invite(Asker asker, InviteWish wish);
  Result<std::vector<InviteView>> open_invites(const Asker& asker, const Nothing& query);
  boost::asio::awaitable<Result<Nothing>> revoke_invite(Asker asker, NamedInvite named);
  boost::asio::awaitable<Result<PinnedPeer>> use_invite(Asker asker, InviteUse use);
  // Sets the invite's line, and the record to keep.
  Status prepare(const InviteWish& wish, InviteLine& line, InviteRecord& record) const;

  ApiParts& parts_;
};

}  // namespace koinon
