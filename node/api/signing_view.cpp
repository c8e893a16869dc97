#include "node/api/signing_view.h"

#include "node/api/api.h"

namespace koinon {

std::string_view signing_word(Signing state) {
  switch (state) {
    case Signing::kReady:
      return "ready";
    case Signing::kNever:
      return "never";
    case Signing::kWaits:
      return "waits";
    case Signing::kStopped:
      return "stopped";
  }
  return {};
}

std::string signing_text(const SigningView& view) {
  const std::string word(signing_word(view.state));
  if (view.state == Signing::kNever)
    return word + ": " + (view.why ? view.why->message : "an observer publishes nothing");
  return view.why ? word + ": " + view.why->message : word;
}

SigningView signing_of(const ApiParts& parts) {
  if (!parts.facts.log()) return {Signing::kNever, std::nullopt};
  if (parts.reader) return {Signing::kNever, parts.writer.signing_stopped()};
  if (auto stopped = parts.writer.signing_stopped()) return {Signing::kStopped, std::move(*stopped)};
  if (auto waits = parts.writer.signing_waits())
    return {Signing::kWaits, std::move(waits->why), waits->fewer_after};
  return {};
}

}  // namespace koinon
