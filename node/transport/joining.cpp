#include "node/transport/joining.h"

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "node/transport/deadline.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "proto/codec/name.h"

namespace koinon {
namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

// The stream outlives the call: its owner awaits it.
asio::awaitable<Result<v1::Frame>> read_one_frame(TlsStream* stream) {
  error_code error;
  Bytes prefix(kFramePrefixBytes, '\0');
  co_await asio::async_read(*stream, asio::buffer(prefix), redirect_error(use_awaitable, error));
  if (error) co_return fail(Code::kUnavailable, "the other side closed without an answer", "join");
  const std::size_t size = get_u32(prefix);
  if (size > limits::kJoinFrameBytes) co_return fail(Code::kTooLarge, "more came than a join needs", "join");
  Bytes bytes(size, '\0');
  co_await asio::async_read(*stream, asio::buffer(bytes), redirect_error(use_awaitable, error));
  if (error) co_return fail(Code::kUnavailable, "the other side closed without an answer", "join");
  v1::Frame frame;
  if (!frame.ParseFromString(bytes)) co_return fail(Code::kMalformed, "what came does not parse", "join");
  co_return frame;
}

asio::awaitable<bool> write_one_frame(TlsStream* stream, v1::Frame frame) {
  const auto bytes = encode_frame(frame);
  if (!bytes.ok()) co_return false;
  error_code error;
  co_await asio::async_write(*stream, asio::buffer(*bytes), redirect_error(use_awaitable, error));
  co_return !error;
}

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

bool Joining::welcomes(const NodeKey& key) const {
  const auto invite = invites_.find(key);
  return invite != invites_.end() && parts_.wall() < invite->second.expires_at;
}

asio::awaitable<void> Joining::serve(std::unique_ptr<TlsStream> stream, InviteRecord invite) {
  const Deadline deadline(stream->next_layer(), limits::kJoinDeadline);
  auto frame = co_await read_one_frame(stream.get());
  v1::Frame answer;
  const auto refuse = [&](const std::string& why) {
    answer.mutable_error()->set_code(v1::ERROR_CODE_MALFORMED);
    answer.mutable_error()->set_message(std::string(clipped_utf8(why, limits::kErrorBytes)));
    answer.mutable_error()->set_fatal(true);
  };
  if (!frame.ok() || !frame->has_join()) {
    refuse("the first frame was not Join");
  } else if (const Status proven = check_join(*stream, frame->join()); !proven.ok()) {
    refuse(proven.error().message);
  } else {
    const auto joined = co_await parts_.on_join(invite, frame->join().peer_line());
    if (joined.ok()) {
      answer.mutable_joined()->set_name(*joined);
    } else {
      refuse(joined.error().message);
    }
  }
  co_await write_one_frame(stream.get(), answer);
  error_code ignored;
  co_await stream->async_shutdown(redirect_error(use_awaitable, ignored));
}

asio::awaitable<Result<std::string>> Joining::join(InviteLine invite, std::string own_line) {
  const auto context = make_tls_context(invite_key(invite.inviter.node_key, invite.secret));
  if (!context.ok()) co_return context.error();
  const auto address = parse_address(invite.inviter.address);
  if (!address.ok()) co_return address.error();
  Reached reached = co_await parts_.reach({*address, invite.inviter.node_key, *context});
  if (reached.how == Reached::How::kNotLookedUp || reached.how == Reached::How::kSilent) {
    co_return no_answer(reached, invite.inviter.address, "invite");
  }
  if (reached.how != Reached::How::kYes) {
    co_return fail(Code::kRefused,
                   Sentence{"join.refused",
                            "{address} refused the handshake: the invite was used, has expired, or is for "
                            "another node",
                            {{"address", invite.inviter.address}}},
                   "invite");
  }
  TlsStream& stream = *reached.stream;
  const Deadline deadline(stream.next_layer(), limits::kJoinDeadline);
  const auto exported = exported_bytes(stream, kJoinExporter, kJoinExportedBytes);
  if (!exported.ok()) co_return exported.error();
  v1::Frame frame;
  const Bytes message = join_message(*exported, own_line);
  frame.mutable_join()->set_proof(parts_.node_key.sign(message));
  if (parts_.city) frame.mutable_join()->set_log_proof(parts_.city->sign(message));
  frame.mutable_join()->set_peer_line(std::move(own_line));
  if (!co_await write_one_frame(&stream, frame))
    co_return fail(Code::kUnavailable, Sentence{"join.lost", "the connection was lost"}, "invite");
  const auto answer = co_await read_one_frame(&stream);
  if (!answer.ok()) {
    co_return fail(
        Code::kRefused,
        Sentence{
            "join.used",
            "the invite was used, has expired, or the connection was lost just now (then `koinon peer add` "
            "with the line before its last + goes on)"},
        "invite");
  }
  if (answer->has_error()) {
    co_return fail(
        Code::kRefused,
        Sentence{"join.refused_there", "the other side says: {why}", {{"why", answer->error().message()}}},
        "invite");
  }
  if (!answer->has_joined())
    co_return fail(Code::kMalformed, Sentence{"join.strange", "the other side answered something else"},
                   "invite");
  co_return answer->joined().name();
}

}  // namespace koinon
