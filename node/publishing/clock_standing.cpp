#include "node/publishing/clock_standing.h"

namespace koinon {

std::string_view clock_doubt_text(ClockDoubt doubt) {
  switch (doubt) {
    case ClockDoubt::kOwnEntry:
      return "own-entry";
    case ClockDoubt::kPeers:
      return "peers";
    case ClockDoubt::kJump:
      return "jump";
  }
  return "";
}

}  // namespace koinon
