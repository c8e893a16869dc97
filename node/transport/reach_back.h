// Dials a peer that asks whether we reach it, and waits for peers that we have asked. PROTOCOL.md, "Reaching
// back", says what may be dialled; the engine (node/engine/reaches.h) says how often.
//
// Lives on the network thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "koinon/v1/wire.pb.h"
#include "node/transport/at_inviter.h"
#include "proto/codec/name.h"

namespace koinon {

// Where a peer is dialled that tells others `announced`: there, if that is what is pinned with its key; else
// where its connection comes from (`from`, an IP address, or empty), at the announced port; but an address of
// this machine or of a private network only where it is the pinned host. Nothing: it may not be dialled.
// Pure.
std::optional<Address> reach_back_target(const std::string& pinned, const std::string& announced,
                                         const std::string& from);

// What is told of somebody who was dialled under a key that no node has, and should have shown `key`. Pure.
v1::ReachOutcome reach_outcome(const Reached& reached, const NodeKey& key);

class ReachBack {
 public:
  using Tell = std::function<void(const NodeKey&, v1::ReachOutcome, const std::string& address)>;
  // `reach` and `tell` may be called as long as the io_context runs.
  ReachBack(boost::asio::io_context& io, Reach reach, Tell tell)
      : io_(io), reach_(std::move(reach)), tell_(std::move(tell)) {}

  // Tells once what came of it, within limits::kReachDeadline. It makes no session: the dialled node sees a
  // handshake that failed.
  void dial(const NodeKey& peer, const Address& target);

  // Until `done`, which is asked again at each note_news(), or until limits::kReachedWait is over.
  boost::asio::awaitable<void> wait(std::function<bool()> done);
  void note_news();

 private:
  struct Attempt {
    Attempt(boost::asio::io_context& io, const NodeKey& whom, Address where)
        : peer(whom), target(std::move(where)), deadline(io) {}
    NodeKey peer;
    Address target;
    boost::asio::steady_timer deadline;
    bool told = false;
  };
  boost::asio::awaitable<void> try_once(std::shared_ptr<Attempt> attempt);
  void tell(Attempt& attempt, v1::ReachOutcome outcome);

  boost::asio::io_context& io_;
  Reach reach_;
  Tell tell_;
  std::vector<std::weak_ptr<boost::asio::steady_timer>> waiting_;
};

}  // namespace koinon
