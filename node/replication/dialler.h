// Which peer is dialled when. Sans-IO: the daemon's network thread and the simulator's nodes both run it,
// each with its own clock, its own chance and its own way to dial.
//
// One attempt a peer at a time, any number of peers at once. A peer is dialled at once when it is added. An
// attempt that fails, and a session that ends, is followed by a pause that doubles with each attempt since a
// session was last ready, up to limits::kDialBackoffMax; half of it is by chance, so that nodes that went
// down together do not come back together.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

class Dialler {
 public:
  // A time by chance, evenly from `low` to `high`.
  using Between = std::function<MonoTime(MonoTime low, MonoTime high)>;
  // Whether the engine will not talk to a peer for a while.
  using Shuns = std::function<bool(const NodeKey&)>;
  // One try at one peer. What is said of an attempt that is no longer the peer's is passed over: the peer was
  // removed meanwhile, and perhaps added again.
  struct Attempt {
    NodeKey peer;
    std::uint64_t number = 0;
  };
  enum class Why : unsigned char {
    kOther,
    kNotPinnedThere,  // its operator is about to pin us, and looks whether it has worked: the pause is short
  };

  explicit Dialler(Between between) : between_(std::move(between)) {}

  // A peer is pinned, or its record has changed: it is dialled anew, at once. `reachable`: it has an address.
  void add(const NodeKey& peer, bool reachable, MonoTime now);
  void remove(const NodeKey& peer) { peers_.erase(peer); }
  // Dials it at once, unless it is being dialled or a session stands.
  void hurry(const NodeKey& peer, MonoTime now);

  // Whom to dial now. Each attempt is answered by succeeded() or failed().
  std::vector<Attempt> take_due(MonoTime now, const Shuns& shuns);
  // When somebody is to be dialled next; MonoTime::max(): nobody.
  MonoTime next() const;

  // Whether an attempt is still the peer's.
  bool is_under_way(const Attempt& attempt) const;
  // The peer has answered and shown its key; session_began() follows.
  void succeeded(const Attempt& attempt);
  void failed(const Attempt& attempt, Why why, MonoTime now);

  // Sessions with a peer, whoever dialled. Of several it ends when none stands any more.
  void session_began(const NodeKey& peer);
  void session_ready(const NodeKey& peer);
  void session_ended(const NodeKey& peer, Why why, MonoTime now);

 private:
  struct Peer {
    bool reachable = false;
    bool connected = false;
    unsigned tries = 0;         // since a session was ready
    std::uint64_t attempt = 0;  // that is under way; 0: none
    MonoTime at{};              // when it is to be dialled
  };

  static bool waits(const Peer& peer) { return peer.reachable && !peer.connected && peer.attempt == 0; }
  Peer* of(const Attempt& attempt);
  void put_off(Peer& peer, Why why, MonoTime now);

  Between between_;
  std::map<NodeKey, Peer> peers_;
  std::uint64_t attempts_ = 0;
};

}  // namespace koinon
