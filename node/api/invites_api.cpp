#include "node/api/invites_api.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "crypto/invite.h"
#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/store_changes.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// Names an open invite in lists. Of its public key: it opens nothing.
std::string invite_id(const InviteRecord& invite) { return to_text(invite.key).substr(0, 12); }

}  // namespace

void InvitesApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "POST",
               .pattern = "/api/v1/invites",
               .need = Need::kOperator,
               .id = "invite",
               .tag = "operating",
               .summary = "A line that makes another city a peer, once",
               .takes = "InviteRequest",
               .gives = "Invite",
               .status = 201},
              handler(this, &InvitesApi::invite)});
  routes.add({{.method = "GET",
               .pattern = "/api/v1/invites",
               .need = Need::kOperator,
               .id = "listInvites",
               .tag = "operating",
               .summary = "Invites that may still be used",
               .gives = "InviteList"},
              handler(this, &InvitesApi::invites)});
  routes.add({{.method = "DELETE",
               .pattern = "/api/v1/invites/{id}",
               .need = Need::kOperator,
               .id = "revokeInvite",
               .tag = "operating",
               .summary = "Revoke an invite",
               .status = 204},
              handler(this, &InvitesApi::revoke_invite)});
  routes.add({{.method = "POST",
               .pattern = "/api/v1/join",
               .need = Need::kOperator,
               .id = "join",
               .tag = "operating",
               .summary = "Become the peer of a city that sent an invite",
               .takes = "JoinRequest",
               .gives = "Joined",
               .status = 201},
              handler(this, &InvitesApi::join)});
}

// {"for": NAME or "", "hours": HOURS}
asio::awaitable<HttpResponse> InvitesApi::invite(ApiRequest request) {
  InviteLine line;
  InviteRecord record;
  const auto prepare = [&]() -> Status {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"for", "hours", "address"}));
    const std::string address = text_member(object, "address");
    line.inviter = parts_.facts.peer_line();
    if (!address.empty()) line.inviter.address = address;
    if (line.inviter.address.empty()) {
      return fail(Code::kInvalidArgument,
                  Sentence{"invite.no_address",
                           "an invite needs an address at which this node can be reached; start koinond with "
                           "--address HOST:PORT, or give one: koinon invite --address HOST:PORT"},
                  "address");
    }
    KOINON_TRY(parse_address(line.inviter.address));
    record.expects = text_member(object, "for");
    if (!record.expects.empty()) KOINON_TRY(check_name(record.expects));
    const auto* hours = object.if_contains("hours");
    const std::int64_t lifetime =
        hours != nullptr && hours->is_int64() ? hours->as_int64() : limits::kInviteLifetime.count();
    if (lifetime < 1 || lifetime > 24 * 365)
      return fail(Code::kInvalidArgument, "it is a number of hours, at most a year", "hours");
    record.expires_at = UnixMillis{parts_.clock.wall().value + lifetime * 3'600'000};
    line.secret = random_bytes(kInviteSecretBytes);
    record.key = NodeKey::from(invite_key(parts_.facts.node_key, line.secret).public_key().view());
    return {};
  };
  if (const Status status = prepare(); !status.ok()) co_return problem(status.error());
  const Status stored =
      co_await change_store(&parts_.writer, [record, now = parts_.clock.wall()](Store& store) -> Status {
        KOINON_ASSIGN(const auto invites, store.invites());
        std::size_t open = 0;
        for (const InviteRecord& old : invites) {
          if (old.expires_at > now) {
            ++open;
          } else {
            KOINON_TRY(store.remove_invite(old.key));
          }
        }
        if (open >= limits::kInvites)
          return fail(Code::kTooLarge, "256 invites are open; revoke some, or let them expire", "invite");
        return store.put_invite(record);
      });
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.add_invite(record);
  co_return json_response({{"line", line.text()},
                           {"id", invite_id(record)},
                           {"for", record.expects},
                           {"expires_at", time_text(record.expires_at)}},
                          201);
}

// Those that may still be used.
asio::awaitable<HttpResponse> InvitesApi::invites(ApiRequest) {
  const auto invites = parts_.store->invites();
  if (!invites.ok()) co_return problem(invites.error());
  json::array items;
  for (const InviteRecord& invite : *invites) {
    if (invite.expires_at <= parts_.clock.wall()) continue;
    items.push_back(json::object{
        {"id", invite_id(invite)}, {"for", invite.expects}, {"expires_at", time_text(invite.expires_at)}});
  }
  co_return json_response({{"items", std::move(items)}});
}

asio::awaitable<HttpResponse> InvitesApi::revoke_invite(ApiRequest request) {
  const auto invites = parts_.store->invites();
  if (!invites.ok()) co_return problem(invites.error());
  for (const InviteRecord& invite : *invites) {
    if (invite_id(invite) != request.arg("id")) continue;
    const Status removed = co_await change_store(
        &parts_.writer, [key = invite.key](Store& store) { return store.remove_invite(key); });
    if (!removed.ok()) co_return problem(removed.error());
    parts_.network.forget_invite(invite.key);
    co_return HttpResponse{204, "application/json", "", {}};
  }
  co_return problem(fail(Code::kNotFound, "no such invite is open", "id"));
}

// {"line": INVITE, "vouch": true}
asio::awaitable<HttpResponse> InvitesApi::join(ApiRequest request) {
  bool vouch = true;
  const auto prepare = [&]() -> Result<InviteLine> {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"line", "vouch"}));
    vouch = flag_member(object, "vouch", true);
    return parse_invite_line(text_member(object, "line"));
  };
  const auto line = prepare();
  if (!line.ok()) co_return problem(line.error());
  auto peer =
      peer_of_line(line->inviter.text(), parts_.facts.log(), parts_.facts.node_key, parts_.clock.wall());
  if (!peer.ok()) co_return problem(peer.error());
  peer->vouch = vouch && peer->log && parts_.facts.log();
  Network* network = &parts_.network;
  // Asio makes what it passes between threads without an argument; a Result has no such value.
  using Joined = std::optional<Result<std::string>>;
  const auto use = [network, invite = *line,
                    text = parts_.facts.peer_line().text()]() -> asio::awaitable<Joined> {
    co_return co_await network->join(invite, text);
  };
  const Joined joined = co_await asio::co_spawn(network->context(), use, asio::use_awaitable);
  if (!joined->ok()) co_return problem(joined->error());
  const Status stored = co_await change_store(
      &parts_.writer, [record = *peer](Store& store) { return store.put_peer(record); });
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.add_peer(*peer);
  co_return json_response({{"name", peer->name}, {"address", peer->address}, {"vouch", peer->vouch}}, 201);
}

}  // namespace koinon
