// Invite lines, as people paste them, and the frames of a joining.
#include "crypto/invite.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "crypto/ed25519.h"
#include "crypto/recovery_answer.h"
#include "proto/codec/frame.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kReady = init_crypto().ok();
  if (!kReady) __builtin_trap();
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto line = parse_invite_line(input);
  if (line.ok()) {
    const auto again = parse_invite_line(line->text());
    if (!again.ok() || again->secret != line->secret) __builtin_trap();
    (void)invite_key(line->inviter.node_key, line->secret);
  }
  v1::Frame frame;
  if (!frame.ParseFromArray(data, static_cast<int>(size))) return 0;
  if (frame.has_join()) (void)parse_peer_line(frame.join().peer_line());
  const auto& shown = frame.recovery_answer();
  if (shown.logs_size() > 0 && read_recovery_answer(shown, PublicKey(), {}).ok()) __builtin_trap();
  if (shown.head().identity().recovery_key().size() != PublicKey::kSize) return 0;
  const auto log = read_recovery_answer(shown, PublicKey::from(shown.head().identity().recovery_key()), {});
  if (log.ok() && for_good(*log) && !log->frozen) __builtin_trap();
  // Whatever is changed in the corpus: a recovery follows what it may follow.
  if (log.ok() && !log->keys.before_recovery(std::max(log->at, least_kept(log->keys)), log->stands).ok())
    __builtin_trap();
  if (log.ok() && log->stands > log->keys.changes().size()) __builtin_trap();
  return 0;
}
