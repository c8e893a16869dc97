// Followers that show an epoch of ours which the store has lost: the proof that the store was put back from a
// copy. Then the store begins a new epoch, and all sessions begin anew in it.
//
// An epoch that is forged, forgotten for its age, or handled already proves nothing and costs one MAC a
// session.
#pragma once

#include "koinon/v1/wire.pb.h"
#include "node/engine/journal.h"
#include "node/engine/links.h"
#include "node/engine/news.h"

namespace koinon::engine {

class Epochs {
 public:
  Epochs(Effects& effects, Links& links, Journal& journal, News& news)
      : effects_(effects), links_(links), journal_(journal), news_(news) {}

  // The first Follow of a session, which is well formed.
  void on_follow(const Link& link, const v1::Follow& follow);

 private:
  void begin(std::uint32_t shown);

  Effects& effects_;
  Links& links_;
  Journal& journal_;
  News& news_;
  bool beginning_ = false;  // the store is asked for a new epoch
};

}  // namespace koinon::engine
