// Peers that lie: a node whose engine is honest, and whose words are changed on their way out or added to.
// Each lie is one way to break the protocol's promises; what honest nodes do about it is the test.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "tools/sim/sim_node.h"

namespace koinon::sim {

class Liar {
 public:
  virtual ~Liar() = default;
  // Sees, changes or swallows what its node sends; `bytes` are whole frames.
  virtual Bytes on_sending(SessionId, Bytes bytes) { return bytes; }
  virtual void on_received(SessionId, BytesView) {}
  virtual void on_connected(SessionId) {}
  virtual void on_closed(SessionId) {}
  virtual void on_tick() {}
  // Every so often.
  virtual void on_turn() {}
};

struct Lie {
  const char* name;
  const char* what;
};
// Every lie, in the order in which they are listed to people.
const std::vector<Lie>& all_lies();
const Lie* lie_named(std::string_view name);

// Nothing for lies that need no change of words: claim-name, fake-vouches, two-histories, glutton (see
// world.cpp and city_life.cpp).
std::unique_ptr<Liar> make_liar(std::string_view name, SimNode& node, Schedule& schedule, Counters& counters,
                                Chance chance);

}  // namespace koinon::sim
