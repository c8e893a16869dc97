// Invites: giving one out, and using one.
//
// On the reading thread that its parts belong to; joining waits for the network's.
#pragma once

#include "crypto/invite.h"
#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/api/peers_api.h"

namespace koinon {

struct InviteWish {
  std::string city;                                      // the name that may join; empty: any
  std::int64_t hours = limits::kInviteLifetime.count();  // that it lasts; at most a year
  std::string address;  // HOST:PORT at which this node is reached; empty: what it is started with
};

// One that may still be used.
struct InviteView {
  std::string id;    // names it in lists; it opens nothing
  std::string city;  // the name that may join; empty: any
  UnixMillis expires_at;
};

struct NewInvite {
  InviteView invite;
  std::string line;  // whoever has it may join; kept nowhere else
};

struct NamedInvite {
  std::string id;
};

struct InviteUse {
  std::string line;
  bool vouch = true;  // for the inviter, once a session has proven its key
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
  // Sets its line and what is kept of it.
  Status prepare(const InviteWish& wish, InviteLine& line, InviteRecord& record) const;

  ApiParts& parts_;
};

}  // namespace koinon
