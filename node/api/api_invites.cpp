// The part of the API about invites: giving one out, and using one.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "crypto/invite.h"
#include "node/api/api.h"
#include "node/api/change_request.h"
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

// {"for": NAME or "", "hours": HOURS}
asio::awaitable<HttpResponse> Api::invite(ApiRequest request) {
  InviteLine line;
  InviteRecord record;
  const auto prepare = [&]() -> Status {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"for", "hours", "address"}));
    const std::string address = text_member(object, "address");
    line.inviter = parts_.facts.peer_line();
    if (!address.empty()) line.inviter.address = address;
    if (line.inviter.address.empty()) {
      return fail(
          Code::kInvalidArgument,
          "an invite needs an address at which this node can be reached; start koinond with --address "
          "HOST:PORT, or give one: koinon invite --address HOST:PORT",
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
  const Status stored = co_await change_store([record, now = parts_.clock.wall()](Store& store) -> Status {
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
asio::awaitable<HttpResponse> Api::invites(ApiRequest) {
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

asio::awaitable<HttpResponse> Api::revoke_invite(ApiRequest request) {
  const auto invites = parts_.store->invites();
  if (!invites.ok()) co_return problem(invites.error());
  for (const InviteRecord& invite : *invites) {
    if (invite_id(invite) != request.arg("id")) continue;
    const Status removed =
        co_await change_store([key = invite.key](Store& store) { return store.remove_invite(key); });
    if (!removed.ok()) co_return problem(removed.error());
    parts_.network.forget_invite(invite.key);
    co_return HttpResponse{204, "application/json", "", {}};
  }
  co_return problem(fail(Code::kNotFound, "no such invite is open", "id"));
}

// {"line": INVITE, "vouch": true}
asio::awaitable<HttpResponse> Api::join(ApiRequest request) {
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
  const Status stored = co_await pin_peer(*peer);
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.add_peer(*peer);
  co_return json_response({{"name", peer->name}, {"address", peer->address}, {"vouch", peer->vouch}}, 201);
}

}  // namespace koinon
