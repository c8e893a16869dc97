// Whether this node signs for its log, in one word: the same one in `koinon status`, /readyz and /metrics.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct ApiParts;

enum class Signing : unsigned char {
  kReady,
  kNever,    // the node is an observer, or a reader, which publishes nothing
  kWaits,    // goes on by itself, or after somebody has done what the reason says
  kStopped,  // does not go on until somebody repairs it
};
inline constexpr std::array kAllSigning = {Signing::kReady, Signing::kNever, Signing::kWaits,
                                           Signing::kStopped};
// ready, never, waits, stopped
std::string_view signing_word(Signing state);

struct SigningView {
  Signing state = Signing::kReady;
  std::optional<Error> why;                    // why it waits or has stopped
  std::optional<UnixMillis> fewer_after = {};  // of SigningWait
};
// The API's sentence for it: the word, and the reason behind it.
std::string signing_text(const SigningView& view);

SigningView signing_of(const ApiParts& parts);

}  // namespace koinon
