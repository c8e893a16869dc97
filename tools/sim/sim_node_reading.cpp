// How a simulated node reads and checks, and when the answers come. In the daemon, the reading thread and the
// pool of checkers do this.
#include <algorithm>

#include "node/replication/execute.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {
namespace {
// A walk over a whole log or file is slow so many times as often as a single look-up.
constexpr double kWalks = 10;
}  // namespace

MonoTime SimNode::time_to_answer(const IntentBody& body) {
  const MonoTime quick = chance_.between(std::chrono::microseconds(50), std::chrono::milliseconds(2));
  if (setup_.slow_answers <= 0) return quick;
  const bool walks = std::holds_alternative<ReadUnheld>(body) || std::holds_alternative<ReadDigest>(body);
  const double share = std::min(setup_.slow_answers * (walks ? kWalks : 1), 0.5);
  return chance_.hit(share) ? chance_.between(quick, std::chrono::seconds(2)) : quick;
}

// One thread reads, one intent after the other. It reads the store as it is at that moment. The answer
// reaches the engine when it is ready. Answers to commits that were made meanwhile come before it.
void SimNode::read_in_turn(Intent intent) {
  reads_.push_back(std::move(intent));
  read_next();
}

void SimNode::read_next() {
  if (reading_ || reads_.empty()) return;
  reading_ = true;
  later(chance_.between(std::chrono::microseconds(10), std::chrono::milliseconds(1)), [this] {
    const Intent intent = std::move(reads_.front());
    reads_.pop_front();
    const MonoTime takes = time_to_answer(intent.body);
    complete({intent.id, execute_read(store(), intent.body)}, takes);
    later(takes, [this] {
      reading_ = false;
      read_next();
    });
  });
}

}  // namespace koinon::sim
