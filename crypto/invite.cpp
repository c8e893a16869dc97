#include "crypto/invite.h"

#include "crypto/hash.h"
#include "proto/base/encoding.h"

namespace koinon {

std::string InviteLine::text() const { return inviter.text() + "+" + to_base64url(secret); }

Result<InviteLine> parse_invite_line(std::string_view text) {
  const auto hash = text.rfind('#');
  const auto plus = text.rfind('+');
  if (hash == std::string_view::npos || plus == std::string_view::npos || plus < hash) {
    return fail(
        Code::kInvalidArgument,
        Sentence{"invite.line_form", "an invite reads VKEY@HOST:PORT#NODEKEY+SECRET; copy the whole line"},
        "invite");
  }
  InviteLine line;
  KOINON_ASSIGN(line.inviter, parse_peer_line(text.substr(0, plus)));
  if (line.inviter.address.empty()) {
    return fail(Code::kInvalidArgument, Sentence{"invite.line_address", "it has no address to join at"},
                "invite");
  }
  auto secret = from_base64url(text.substr(plus + 1));
  if (!secret.ok() || secret->size() != kInviteSecretBytes) {
    return fail(Code::kInvalidArgument,
                Sentence{"invite.line_secret", "its secret is cut or mistyped; copy the whole line"},
                "invite");
  }
  line.secret = std::move(*secret);
  return line;
}

SigningKey invite_key(const NodeKey& inviter, BytesView secret) {
  constexpr std::string_view kLabel("koinon/v1 invite\0", 17);
  return SigningKey::from_seed(sha256({kLabel, inviter.view(), secret}).view());
}

Bytes join_message(BytesView exported, std::string_view peer_line) {
  using namespace std::string_literals;
  return "koinon/v1 join\0"s + Bytes(exported) + Bytes(peer_line);
}

Bytes recovery_message(BytesView exported) {
  using namespace std::string_literals;
  return "koinon/v1 recover\0"s + Bytes(exported);
}

}  // namespace koinon
