// The pace of a Get. One that brings next to nothing is cancelled, and its log is asked of another peer; only
// where nobody else offers it, of the same one again, behind what else waits there. Nobody is shunned for
// being slow: others merely come first for a while. Pure arithmetic, in time in which the source may send.
#pragma once

#include <cstddef>
#include <cstdint>

#include "node/engine/turn_time.h"

namespace koinon::engine {

class Pace {
 public:
  Pace() = default;
  // `answered`: bytes that its source has sent of all answers, by now.
  Pace(TurnTime now, std::uint64_t answered) { begin(now, answered); }

  // When it is judged next.
  TurnTime due() const { return at_; }
  // A chunk of so many bytes came.
  void count(std::size_t bytes) { bytes_ += bytes; }
  // Nothing is judged of this period: our store took nothing. The next one begins.
  void excuse(TurnTime now, std::uint64_t answered) { begin(now, answered); }
  // Whether the Get brought next to nothing in a whole period; the next one begins. Where its peer sends more
  // in all, a part of the Get's share of that is enough: many Gets may share a slow line.
  bool trickles(TurnTime now, std::uint64_t answered, std::size_t open_gets);

 private:
  void begin(TurnTime now, std::uint64_t answered);

  TurnTime at_;
  std::size_t bytes_ = 0;              // of its chunks, since it was judged last
  std::uint64_t answered_before_ = 0;  // by its source, when it was judged last
};

}  // namespace koinon::engine
