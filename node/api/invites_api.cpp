#include "node/api/invites_api.h"

#include "node/api/change_request.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"
#include "storage/store/invite_rules.h"

namespace koinon {
namespace asio = boost::asio;

namespace {

// Names an open invite in lists. Of its public key: it opens nothing.
std::string invite_id(const InviteRecord& invite) { return to_text(invite.key).substr(0, 12); }

InviteView view_of(const InviteRecord& invite) {
  return {invite_id(invite), invite.expects, invite.expires_at};
}

std::string id_of(const NewInvite& view) { return view.invite.id; }
std::string target_of_invite(const NamedInvite& named) { return named.id; }

}  // namespace

InvitesApi::InvitesApi(ApiShared& shared)
    : invite({.method = "POST",
              .pattern = "/api/v1/invites",
              .need = Need::kOperator,
              .id = "invite",
              .tag = "operating",
              .summary = "A line that makes another city a peer, once",
              .takes = "InviteRequest",
              .gives = "Invite",
              .status = 201},
             this, &InvitesApi::make_invite, {.made = id_of}),
      list({.method = "GET",
            .pattern = "/api/v1/invites",
            .need = Need::kOperator,
            .id = "listInvites",
            .tag = "operating",
            .summary = "Invites that may still be used",
            .gives = "InviteList"},
           this, &InvitesApi::open_invites),
      revoke({.method = "DELETE",
              .pattern = "/api/v1/invites/{id}",
              .need = Need::kOperator,
              .id = "revokeInvite",
              .tag = "operating",
              .summary = "Revoke an invite",
              .status = 204},
             this, &InvitesApi::revoke_invite, {.target = target_of_invite}),
      join({.method = "POST",
            .pattern = "/api/v1/join",
            .need = Need::kOperator,
            .id = "join",
            .tag = "operating",
            .summary = "Become the peer of a city that sent an invite",
            .takes = "JoinRequest",
            .gives = "Joined",
            .status = 201},
           this, &InvitesApi::use_invite, {.made = name_of_pinned}),
      parts_(shared.parts) {}

Status InvitesApi::prepare(const InviteWish& wish, InviteLine& line, InviteRecord& record) const {
  line.inviter = own_peer_line(parts_);
  if (!wish.address.empty()) line.inviter.address = wish.address;
  std::vector<Error> faults;
  record.expects = wish.city;
  if (const Status name = record.expects.empty() ? Status() : check_name(record.expects); !name.ok())
    faults.push_back(again_as(Code::kInvalidArgument, name.error(), "for"));
  if (parts_.facts.identity && record.expects == parts_.facts.name)
    faults.push_back(
        fail(Code::kInvalidArgument, "that is the name of this city; name the city that is to join", "for"));
  const auto address = parse_address(line.inviter.address);
  if (line.inviter.address.empty()) {
    faults.push_back(
        fail(Code::kInvalidArgument,
             Sentence{"invite.no_address",
                      "an invite needs an address at which this node can be reached; start koinond with "
                      "--address HOST:PORT, or give one: koinon invite --address HOST:PORT"},
             "address"));
  } else if (!address.ok()) {
    faults.push_back(address.error());
  }
  if (wish.hours < 1 || wish.hours > 24 * 365)
    faults.push_back(fail(Code::kInvalidArgument, "it is a number of hours, at most a year", "hours"));
  KOINON_TRY(all_faults(std::move(faults)));
  record.expires_at = UnixMillis{parts_.clock.wall().value + wish.hours * 3'600'000};
  line.secret = random_bytes(kInviteSecretBytes);
  record.key = NodeKey::from(invite_key(parts_.facts.node_key, line.secret).public_key().view());
  return {};
}

asio::awaitable<Result<NewInvite>> InvitesApi::make_invite(Asker, InviteWish wish) {
  InviteLine line;
  InviteRecord record;
  if (const Status status = prepare(wish, line, record); !status.ok()) co_return status.error();
  const Status stored =
      co_await change_store(&parts_.writer, [record, now = parts_.clock.wall()](Store& store) -> Status {
        KOINON_ASSIGN(const auto invites, store.invites());
        std::size_t open = 0;
        for (const InviteRecord& old : invites) {
          if (old.expires_at > now) {
            ++open;
          } else if (is_forgotten(old, now)) {
            KOINON_TRY(store.remove_invite(old.key));
          }
        }
        if (open >= limits::kInvites)
          return fail(Code::kTooLarge,
                      Sentence{"invite.too_many",
                               "{most} invites are open; revoke some, or let them expire",
                               {{"most", std::int64_t{limits::kInvites}}}},
                      "invite");
        return store.put_invite(record);
      });
  if (!stored.ok()) co_return stored.error();
  parts_.network.add_invite(record);
  co_return NewInvite{view_of(record), line.text()};
}

// Those that may still be used.
Result<std::vector<InviteView>> InvitesApi::open_invites(const Asker&, const Nothing&) {
  KOINON_ASSIGN(const auto invites, parts_.store->invites());
  std::vector<InviteView> out;
  for (const InviteRecord& one : invites) {
    if (one.expires_at > parts_.clock.wall()) out.push_back(view_of(one));
  }
  return out;
}

asio::awaitable<Result<Nothing>> InvitesApi::revoke_invite(Asker, NamedInvite named) {
  const auto invites = parts_.store->invites();
  if (!invites.ok()) co_return invites.error();
  for (const InviteRecord& one : *invites) {
    if (one.was_ended() || invite_id(one) != named.id) continue;
    const Status ended = co_await change_store(
        &parts_.writer,
        [key = one.key, now = parts_.clock.wall()](Store& store) { return end_invite(store, key, now); });
    if (!ended.ok()) co_return ended.error();
    parts_.network.end_invite(one.key);
    co_return Nothing{};
  }
  co_return fail(Code::kNotFound, Sentence{"invite.unknown", "no such invite is open"}, "id");
}

asio::awaitable<Result<PinnedPeer>> InvitesApi::use_invite(Asker, InviteUse use) {
  const auto line = parse_invite_line(without_blanks(use.line));
  if (!line.ok()) co_return line.error();
  auto peer =
      peer_of_line(line->inviter.text(), parts_.facts.log(), parts_.facts.node_key, parts_.clock.wall());
  if (!peer.ok()) co_return peer.error();
  peer->vouch = use.vouch && peer->log && parts_.facts.log();
  const auto joined = co_await parts_.network.join(*line, own_peer_line(parts_).text());
  if (!joined.ok()) co_return joined.error();
  co_return co_await pin_peer(&parts_, std::move(*peer));
}

}  // namespace koinon
