#include "storage/store/trust_rules.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {

Status check_pin(std::size_t pinned, bool known, bool same_city) {
  if (known && !same_city)
    return fail(Code::kConflict,
                "that node key is pinned already, as another city's; remove that peer first if it is wrong",
                "peer");
  if (!known && pinned >= limits::kPeers)
    return fail(
        Code::kTooLarge,
        Sentence{
            "peer.too_many", "a node has at most {most} peers", {{"most", std::int64_t{limits::kPeers}}}},
        "peer");
  return {};
}

PeerRecord pinned(const std::optional<PeerRecord>& old, const PeerRecord& news) {
  PeerRecord out = old ? *old : news;
  if (old) {
    out.address = news.address;
    out.vouch = news.vouch;
    out.paused = news.paused;
  } else {
    out.epoch.reset();
    out.cursor = JournalSeq(0);
    out.held_ours = false;
  }
  return out;
}

JournalSeq moved_cursor(const std::optional<Epoch>& epoch, JournalSeq held, const PeerCursor& news) {
  return epoch == news.epoch ? std::max(held, news.seq) : news.seq;
}

bool vouch_counts(const VouchFact& vouch, std::size_t standing) {
  return !vouch.withdrawn && standing < limits::kVouches;
}

}  // namespace koinon
