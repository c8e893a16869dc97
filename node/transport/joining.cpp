#include "node/transport/joining.h"

#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/transport/deadline.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

// Whoever has the invite could say any city's public keys: they count only with signatures by them, over this
// connection.
Status check_join(TlsStream& stream, const v1::Join& join) {
  KOINON_ASSIGN(const PeerLine line, parse_peer_line(join.peer_line()));
  KOINON_ASSIGN(const Bytes exported, exported_bytes(stream, kJoinExporter, kJoinExportedBytes));
  const Bytes message = join_message(exported, join.peer_line());
  if (!verify_signature(PublicKey::from(line.node_key.view()), message, join.proof()))
    return fail(Code::kBadSignature, "the joiner has not shown that it holds the node key that it names",
                "join");
  if (line.vkey && !verify_signature(line.vkey->key, message, join.log_proof()))
    return fail(Code::kBadSignature,
                "the joiner has not shown that it holds the key of the log that it names", "join");
  return {};
}

}  // namespace

Joining::Joining(Parts parts, const std::vector<InviteRecord>& invites) : parts_(std::move(parts)) {
  for (const InviteRecord& invite : invites) add(invite);
}

std::optional<InviteRecord> Joining::invite(const NodeKey& key) const {
  const auto it = invites_.find(key);
  return it == invites_.end() ? std::nullopt : std::optional(it->second);
}

void Joining::end(const NodeKey& key) {
  if (const auto it = invites_.find(key); it != invites_.end()) it->second.expires_at = UnixMillis{-1};
}

bool Joining::welcomes(const NodeKey& key) const {
  const auto invite = invites_.find(key);
  return invite != invites_.end() && parts_.wall() < invite->second.expires_at;
}

namespace {

v1::Frame refusal(const std::string& why, v1::ErrorCode code = v1::ERROR_CODE_MALFORMED) {
  v1::Frame out;
  out.mutable_error()->set_code(code);
  out.mutable_error()->set_message(std::string(clipped_utf8(why, limits::kErrorBytes)));
  out.mutable_error()->set_fatal(true);
  return out;
}

}  // namespace

asio::awaitable<v1::Frame> Joining::answer_join(TlsStream* stream, InviteRecord invite, v1::Join join) {
  if (const Status proven = check_join(*stream, join); !proven.ok())
    co_return refusal(proven.error().message);
  const auto joined = co_await parts_.on_join(std::move(invite), std::move(join));
  if (!joined.ok()) {
    const bool contradicts =
        joined.error().code == Code::kConflict && joined.error().field == kJoinStatements;
    co_return refusal(joined.error().message,
                      contradicts ? v1::ERROR_CODE_CONTRADICTED : v1::ERROR_CODE_MALFORMED);
  }
  v1::Frame out;
  out.mutable_joined()->set_name(*joined);
  co_return out;
}

asio::awaitable<v1::Frame> Joining::answer_ask(TlsStream* stream, v1::RecoveryAsk ask) {
  if (!parts_.on_recovery_ask) co_return refusal("this node does not say whose words these are");
  if (ask.recovery_key().size() != PublicKey::kSize) co_return refusal("a recovery key has 32 bytes");
  RecoveryQuestion question{std::nullopt, TreeSize(ask.size())};
  if (!ask.log_id().empty()) {
    if (ask.log_id().size() != LogId::kSize) co_return refusal("a log id has 32 bytes");
    question.log = LogId::from(ask.log_id());
  }
  const PublicKey key = PublicKey::from(ask.recovery_key());
  const auto exported = exported_bytes(*stream, kJoinExporter, kJoinExportedBytes);
  if (!exported.ok()) co_return refusal(exported.error().message);
  if (!verify_signature(key, recovery_message(*exported), ask.proof()))
    co_return refusal("whoever asks has not shown that it holds the recovery key");
  auto found = co_await parts_.on_recovery_ask(key, std::move(question));
  if (!found.ok()) co_return refusal(found.error().message);
  v1::Frame out;
  *out.mutable_recovery_answer() = std::move(*found);
  co_return out;
}

asio::awaitable<void> Joining::serve(std::unique_ptr<TlsStream> stream, InviteRecord invite) {
  const Deadline deadline(stream->next_layer(), limits::kJoinDeadline);
  for (std::size_t asks = 0;; ++asks) {
    auto frame = co_await read_join_frame(stream.get(), limits::kStatedFrameBytes);
    if (!frame.ok() && asks > 0) break;  // whoever asked has heard enough
    if (frame.ok() && frame->has_recovery_ask() && asks < limits::kRecoveryAsks) {
      const v1::Frame shown = co_await answer_ask(stream.get(), std::move(*frame->mutable_recovery_ask()));
      const bool written = co_await write_join_frame(stream.get(), shown);
      if (!written || shown.has_error()) break;
      continue;
    }
    v1::Frame answer;
    if (!frame.ok() || !frame->has_join()) {
      answer = refusal(asks == 0 ? "the first frame was not Join" : "Join was expected");
    } else {
      answer = co_await answer_join(stream.get(), invite, std::move(*frame->mutable_join()));
    }
    co_await write_join_frame(stream.get(), answer);
    break;
  }
  error_code ignored;
  co_await stream->async_shutdown(redirect_error(use_awaitable, ignored));
}

asio::awaitable<Result<std::string>> Joining::join(InviteLine invite, std::string own_line) {
  co_return co_await join_at_inviter(parts_.reach, std::move(invite),
                                     Joiner{parts_.node_key, parts_.city, parts_.statements},
                                     std::move(own_line));
}

}  // namespace koinon
