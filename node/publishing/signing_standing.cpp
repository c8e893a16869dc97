#include "node/publishing/signing_standing.h"

namespace koinon {
namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 10;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) out += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kNamed ? out + " …" : out;
}

Error waits(Sentence why) { return fail(Code::kUnavailable, std::move(why), "signing"); }

Error asks(const SigningNow& now) {
  const StandingView& view = now.view;
  if (view.needs_word)
    return waits(Sentence{
        "signing.needs_word",
        "nothing is signed: this node cannot know whether others hold newer entries of its log, and no "
        "peer can say so; if none does, say koinon sign --alone"});
  if (now.waits_for.empty() && view.rolled_back && view.held.value == 0)
    return waits(Sentence{
        "signing.no_beginning",
        "nothing is signed: none of the peers that have answered holds this log; pin one that has held it"});
  if (now.waits_for.empty() && view.fewer_after)
    return waits(Sentence{"signing.waits_time",
                          "nothing is signed yet: a peer may come and say what it saw of our log"});
  if (now.waits_for.empty())
    return waits(
        Sentence{"signing.asks", "nothing is signed until the peers have said what they saw of our log"});
  if (view.fewer_after)
    return waits(Sentence{"signing.waits_for",
                          "it is signed when these have said what they saw of our log: {cities}",
                          {{"cities", listed(now.waits_for)}}});
  return waits(Sentence{
      "signing.waits_for_half",
      "it is signed when more of these have said what they saw of our log: {cities}; or say koinon sign "
      "--without PEER",
      {{"cities", listed(now.waits_for)}}});
}

Error is_behind(const SigningNow& now) {
  const StandingView& view = now.view;
  const auto count = static_cast<std::int64_t>(view.shown.value);
  if (now.shown_by.empty()) {
    if (now.waits_for.empty())
      return waits(
          Sentence{"signing.nobody_to_fetch_from",
                   "nothing is signed until all {count} entries of our own log are here, and no city "
                   "is pinned that may have them: koinon join LINE",
                   {{"count", count}}});
    if (view.recovery_keeps)
      return waits(Sentence{"signing.recovering",
                            "nothing is signed until the {count} entries that the recovery keeps are here; "
                            "asked of: {cities}",
                            {{"count", count}, {"cities", listed(now.waits_for)}}});
    return waits(Sentence{"signing.fetching",
                          "nothing is signed until all {count} entries of our own log are here; asked of: "
                          "{cities}",
                          {{"count", count}, {"cities", listed(now.waits_for)}}});
  }
  if (view.nobody_serves)
    return waits(
        Sentence{"signing.unserved",
                 "nothing is signed: {city} has shown a head of our own log with {count} entries, and nobody "
                 "has served them for an hour; see RUNBOOK, \"A restored node\"",
                 {{"city", now.shown_by}, {"count", count}}});
  return waits(Sentence{"signing.behind",
                        "nothing is signed until our own log is back: {city} has shown {count} entries of it",
                        {{"city", now.shown_by}, {"count", count}}});
}

}  // namespace

std::string_view signing_state_text(SigningState state) {
  switch (state) {
    case SigningState::kSigns:
      return "signs";
    case SigningState::kAsks:
      return "asks";
    case SigningState::kBehind:
      return "behind";
    case SigningState::kForked:
      return "forked";
    case SigningState::kTwin:
      return "twin";
    case SigningState::kStopsForGood:
      return "stopped";
  }
  return "";
}

std::optional<Error> why_not_signed(const SigningNow& now) {
  switch (now.view.state) {
    case SigningState::kSigns:
      return std::nullopt;
    case SigningState::kAsks:
      return asks(now);
    case SigningState::kBehind:
      return is_behind(now);
    case SigningState::kForked:
      return waits(Sentence{"signing.forked", "nothing is signed: our own log has forked"});
    case SigningState::kTwin:
      return waits(Sentence{
          "signing.twin",
          "nothing is signed: another node runs with the keys of this one; end one of the two, then start "
          "the other again"});
    case SigningState::kStopsForGood:
      return waits(Sentence{"signing.no_key",
                            "nothing is signed: this store does not know the current key of our log"});
  }
  return std::nullopt;
}

}  // namespace koinon
