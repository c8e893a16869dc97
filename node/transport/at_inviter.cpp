#include "node/transport/at_inviter.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "node/transport/deadline.h"
#include "node/transport/look_ups.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "proto/codec/name.h"

namespace koinon {
namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

asio::awaitable<Result<v1::Frame>> read_join_frame(TlsStream* stream, std::size_t most) {
  error_code error;
  Bytes prefix(kFramePrefixBytes, '\0');
  co_await asio::async_read(*stream, asio::buffer(prefix), redirect_error(use_awaitable, error));
  if (error) co_return fail(Code::kUnavailable, "the other side closed without an answer", "join");
  const std::size_t size = get_u32(prefix);
  if (size > most) co_return fail(Code::kTooLarge, "more came than a join needs", "join");
  Bytes bytes(size, '\0');
  co_await asio::async_read(*stream, asio::buffer(bytes), redirect_error(use_awaitable, error));
  if (error) co_return fail(Code::kUnavailable, "the other side closed without an answer", "join");
  v1::Frame frame;
  if (!frame.ParseFromString(bytes)) co_return fail(Code::kMalformed, "what came does not parse", "join");
  co_return frame;
}

asio::awaitable<bool> write_join_frame(TlsStream* stream, v1::Frame frame) {
  const auto bytes = encode_frame(frame);
  if (!bytes.ok()) co_return false;
  error_code error;
  co_await asio::async_write(*stream, asio::buffer(*bytes), redirect_error(use_awaitable, error));
  co_return !error;
}

namespace {

// The parts go in reverse order: the stream first.
struct AtInviter {
  std::shared_ptr<asio::ssl::context> tls;
  Reached reached;
  Bytes exported;  // which both sides of this connection know, and nobody else
};

asio::awaitable<Result<AtInviter>> go_there(Reach reach, InviteLine invite) {
  const auto context = make_tls_context(invite_key(invite.inviter.node_key, invite.secret));
  if (!context.ok()) co_return context.error();
  const auto address = parse_address(invite.inviter.address);
  if (!address.ok()) co_return address.error();
  AtInviter out;
  out.tls = *context;
  out.reached = co_await reach({*address, invite.inviter.node_key, *context});
  if (out.reached.how < Reached::How::kNoNode) {
    co_return no_answer(out.reached, invite.inviter.address, "invite");
  }
  if (out.reached.how != Reached::How::kYes) {
    co_return fail(Code::kRefused,
                   Sentence{"join.refused",
                            "{address} refused the handshake: the invite was used, has expired, or is for "
                            "another node",
                            {{"address", invite.inviter.address}}},
                   "invite");
  }
  auto exported = exported_bytes(*out.reached.stream, kJoinExporter, kJoinExportedBytes);
  if (!exported.ok()) co_return exported.error();
  out.exported = std::move(*exported);
  co_return std::move(out);
}

Error refused_there(const v1::Error& error) {
  return fail(error.code() == v1::ERROR_CODE_CONTRADICTED ? Code::kConflict : Code::kRefused,
              Sentence{"join.refused_there", "the other side says: {why}", {{"why", error.message()}}},
              "invite");
}

Error lost_there() {
  return fail(Code::kUnavailable, Sentence{"join.lost", "the connection was lost"}, "invite");
}

Error strange_there() {
  return fail(Code::kMalformed, Sentence{"join.strange", "the other side answered something else"}, "invite");
}

}  // namespace

asio::awaitable<Result<std::string>> join_at_inviter(Reach reach, InviteLine invite, Joiner joiner,
                                                     std::string own_line) {
  auto there = co_await go_there(std::move(reach), std::move(invite));
  if (!there.ok()) co_return there.error();
  TlsStream& stream = *there->reached.stream;
  const Deadline deadline(stream.next_layer(), limits::kJoinDeadline);
  v1::Frame frame;
  const Bytes message = join_message(there->exported, own_line);
  frame.mutable_join()->set_proof(joiner.node_key.sign(message));
  if (joiner.city) frame.mutable_join()->set_log_proof(joiner.city->sign(message));
  for (const Bytes& statement : joiner.statements) frame.mutable_join()->add_statements(statement);
  frame.mutable_join()->set_peer_line(std::move(own_line));
  if (!co_await write_join_frame(&stream, frame)) co_return lost_there();
  const auto answer = co_await read_join_frame(&stream, limits::kJoinFrameBytes);
  if (!answer.ok()) {
    co_return fail(
        Code::kRefused,
        Sentence{
            "join.used",
            "the invite was used, has expired, or the connection was lost just now; a fresh one works in any "
            "case"},
        "invite");
  }
  if (answer->has_error()) co_return refused_there(answer->error());
  if (!answer->has_joined()) co_return strange_there();
  co_return answer->joined().name();
}

asio::awaitable<Result<v1::RecoveryAnswer>> ask_at_inviter(Reach reach, InviteLine invite,
                                                           SigningKey recovery, RecoveryQuestion question) {
  auto there = co_await go_there(std::move(reach), std::move(invite));
  if (!there.ok()) co_return there.error();
  TlsStream& stream = *there->reached.stream;
  const Deadline deadline(stream.next_layer(), limits::kJoinDeadline);
  v1::Frame frame;
  v1::RecoveryAsk& ask = *frame.mutable_recovery_ask();
  ask.set_recovery_key(recovery.public_key().bytes());
  ask.set_proof(recovery.sign(recovery_message(there->exported)));
  ask.set_size(question.size.value);
  if (question.log) ask.set_log_id(question.log->bytes());
  const Error lost = fail(Code::kUnavailable,
                          "the invite was used, has expired, or the connection was lost just now; if it is a "
                          "new one, try again",
                          "invite");
  if (!co_await write_join_frame(&stream, frame)) co_return lost;
  auto answer = co_await read_join_frame(&stream, limits::kRecoveryAnswerBytes);
  if (!answer.ok()) co_return answer.error().code == Code::kUnavailable ? lost : answer.error();
  if (answer->has_error()) co_return refused_there(answer->error());
  if (!answer->has_recovery_answer()) co_return strange_there();
  co_return std::move(*answer->mutable_recovery_answer());
}

namespace {

template <typename T>
asio::awaitable<void> keep_answer(asio::awaitable<Result<T>> act, std::optional<Result<T>>* out) {
  out->emplace(co_await std::move(act));
}

// Everything in it has a deadline, so this ends.
template <typename T>
Result<T> wait_for_answer(const std::function<asio::awaitable<Result<T>>(Reach)>& begin) {
  asio::io_context io;
  LookUps look_ups(io);
  std::optional<Result<T>> out;
  Reach there = [&look_ups](Whom whom) { return reach(look_ups, std::move(whom)); };
  asio::co_spawn(io, keep_answer<T>(begin(std::move(there)), &out), asio::detached);
  io.run();
  if (!out) return fail(Code::kInternal, "the call ended without an answer", "invite");
  return std::move(*out);
}

}  // namespace

Result<std::string> join_and_wait(const InviteLine& invite, const Joiner& joiner,
                                  const std::string& own_line) {
  return wait_for_answer<std::string>(
      [&](Reach there) { return join_at_inviter(std::move(there), invite, joiner, own_line); });
}

Result<v1::RecoveryAnswer> ask_and_wait(const InviteLine& invite, const SigningKey& recovery,
                                        const RecoveryQuestion& question) {
  return wait_for_answer<v1::RecoveryAnswer>(
      [&](Reach there) { return ask_at_inviter(std::move(there), invite, recovery, question); });
}

}  // namespace koinon
