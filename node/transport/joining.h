// Invites at work: one frame each way over a connection with the one-time key, then the real keys. Before
// that whoever has recovery words may ask which log they are of.
//
// Lives on the network thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "crypto/ed25519.h"
#include "crypto/invite.h"
#include "crypto/log_state.h"
#include "node/transport/at_inviter.h"
#include "node/transport/reaching.h"
#include "node/transport/tls.h"

namespace koinon {

// The field of an error that says: the statements of whoever joins contradict those that are known here.
inline constexpr const char* kJoinStatements = "join.statements";

class Joining {
 public:
  struct Parts {
    SigningKey node_key;
    std::optional<SigningKey> city;  // proves whose node this is; none: an observer
    std::function<UnixMillis()> wall;
    // Somebody came with an invite and says its peer line: pins it, and answers with our name. That it holds
    // the keys of the line was checked.
    std::function<boost::asio::awaitable<Result<std::string>>(InviteRecord, v1::Join)> on_join;
    Reach reach;  // goes to the inviter
    // Somebody came with an invite and has shown that it holds a recovery key: what we know of its log. None:
    // nothing is told.
    std::function<boost::asio::awaitable<Result<v1::RecoveryAnswer>>(PublicKey, RecoveryQuestion)>
        on_recovery_ask = {};
    // Of our own log, if it was taken back: they say whose node this is now.
    std::vector<Bytes> statements = {};
  };
  // It outlives what it serves.
  Joining(Parts parts, const std::vector<InviteRecord>& invites);

  void add(const InviteRecord& invite) { invites_.insert_or_assign(invite.key, invite); }
  // It was used or revoked: it is over, and stays known as an invite.
  void end(const NodeKey& key);
  // From now on another key signs our log.
  void set_city_key(const SigningKey& key, std::vector<Bytes> statements) {
    parts_.city = key;
    parts_.statements = std::move(statements);
  }
  // Whether a key is an invite's, and in time.
  bool welcomes(const NodeKey& key) const;
  // The invite of that key, over or not.
  std::optional<InviteRecord> invite(const NodeKey& key) const;

  // Answers one who came with an invite, after the handshake; within limits::kJoinDeadline and what on_join
  // and on_recovery_ask take. Only who has joined has used the invite.
  boost::asio::awaitable<void> serve(std::unique_ptr<TlsStream> stream, InviteRecord invite);
  // Uses an invite: says our peer line where it leads, and returns the inviter's name once we are pinned
  // there.
  boost::asio::awaitable<Result<std::string>> join(InviteLine invite, std::string own_line);

 private:
  boost::asio::awaitable<v1::Frame> answer_join(TlsStream* stream, InviteRecord invite, v1::Join join);
  boost::asio::awaitable<v1::Frame> answer_ask(TlsStream* stream, v1::RecoveryAsk ask);

  Parts parts_;
  std::map<NodeKey, InviteRecord> invites_;
};

}  // namespace koinon
