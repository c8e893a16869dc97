// What whoever has an invite says to the inviter, over a connection with the invite's one-time key: it joins,
// or it asks for the log of its recovery words.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "crypto/ed25519.h"
#include "crypto/invite.h"
#include "crypto/recovery_answer.h"
#include "koinon/v1/wire.pb.h"
#include "node/transport/reaching.h"
#include "node/transport/tls.h"

namespace koinon {

// One frame each way. The stream outlives the call: its owner awaits it.
boost::asio::awaitable<Result<v1::Frame>> read_join_frame(TlsStream* stream, std::size_t most);
boost::asio::awaitable<bool> write_join_frame(TlsStream* stream, v1::Frame frame);

// Who joins, and by which keys.
struct Joiner {
  SigningKey node_key;
  std::optional<SigningKey> city;  // proves whose node this is; none: an observer
  std::vector<Bytes> statements;   // of a log that was taken back
};

using Reach = std::function<boost::asio::awaitable<Reached>(Whom)>;

// Says our peer line, and returns the inviter's name once we are pinned there. kConflict: our statements
// contradict what is known there. Within what Reach takes and limits::kJoinDeadline, as is the other.
boost::asio::awaitable<Result<std::string>> join_at_inviter(Reach reach, InviteLine invite, Joiner joiner,
                                                            std::string own_line);
// What the inviter shows of the log that has this recovery key. Nothing of it is checked yet.
boost::asio::awaitable<Result<v1::RecoveryAnswer>> ask_at_inviter(Reach reach, InviteLine invite,
                                                                  SigningKey recovery,
                                                                  RecoveryQuestion question);

// The same for programs that have no network thread: they wait until the answer is here.
Result<std::string> join_and_wait(const InviteLine& invite, const Joiner& joiner,
                                  const std::string& own_line);
Result<v1::RecoveryAnswer> ask_and_wait(const InviteLine& invite, const SigningKey& recovery,
                                        const RecoveryQuestion& question);

}  // namespace koinon
