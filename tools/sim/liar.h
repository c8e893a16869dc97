// Peers that lie. The engine of a liar is honest, but its frames are changed on their way out, or more are
// added. Each lie breaks one promise of the protocol. The test is how honest nodes react.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "tools/sim/sim_node.h"

namespace koinon::sim {

class Liar {
 public:
  virtual ~Liar() = default;
  // Sees what its node sends, and may change or swallow it. `bytes` are whole frames.
  virtual Bytes on_sending(SessionId, Bytes bytes) { return bytes; }
  virtual void on_received(SessionId, BytesView) {}
  // What its node is to believe that came. Nothing: what came.
  virtual std::optional<Bytes> instead_of(SessionId, BytesView) { return std::nullopt; }
  virtual void on_connected(SessionId) {}
  virtual void on_closed(SessionId) {}
  virtual void on_tick() {}
  // Called once a minute.
  virtual void on_turn() {}
};

struct Lie {
  const char* name;
  const char* what;
};
// All lies, in the order in which people see them.
const std::vector<Lie>& all_lies();
const Lie* lie_named(std::string_view name);

// A liar that changes nothing for lies that need no changed frames: claim-name, fake-vouches, two-histories,
// glutton (see world.cpp and city_life.cpp), and for thief, who needs the stage (see thief.h).
std::unique_ptr<Liar> make_liar(std::string_view name, SimNode& node, Schedule& schedule, Counters& counters,
                                Chance chance);

}  // namespace koinon::sim
