// The node's state, for its operator.
//
// On the reading thread of its parts; questions to the network are answered on the network's thread.
#pragma once

#include "node/api/api.h"
#include "node/api/keys_api.h"
#include "node/api/operation.h"
#include "node/api/signing_view.h"
#include "node/reading/topic_view.h"

namespace koinon {

struct NodeView {
  std::string name;
  std::optional<LogId> log;  // nothing: an observer
  std::string version;
  std::uint16_t peer_port = 0;
  std::uint16_t http_port = 0;
  std::uint64_t entries = 0;  // of its own log
  std::string checkpoint;     // the signed note of its own log; empty: there is none
};

struct StockView {
  std::uint64_t cities = 0;
  std::uint64_t records = 0;
  std::uint64_t store_bytes = 0;
  std::uint64_t disk_free_bytes = 0;     // 0: not known
  std::uint64_t disk_reserve_bytes = 0;  // kept for our own notes
  std::uint64_t index_lag = 0;           // records that are not indexed yet
  std::uint64_t bodies_missing = 0;      // bodies that are wanted and not here yet
};

// Where the store is, and how fresh what is read of it.
struct StoreView {
  std::string place;  // the file, or the server and its database
  bool on_server = false;
  StoreLag lag;
  unsigned started_over = 0;  // how often koinond lost it and read it anew, since its process began
};

struct StatusView {
  NodeView node;
  StoreView store;
  SigningView signing;
  std::size_t peers = 0;
  std::size_t peers_connected = 0;
  StockView stock;
  std::vector<TopicView> topics;
  std::vector<std::string> frozen;    // cities that have signed two histories
  std::vector<std::string> for_good;  // those of them that nothing thaws
  std::vector<std::string> thawed;    // that have, and go on here by the operator's word
  std::vector<Alarm> alarms;
  ClockStanding clock;
  SigningNow standing;
  std::vector<WitnessStanding> witnesses;
  std::optional<WaitingNodeKey> node_key;  // that is to be shown
  std::optional<WitnessView> witness;      // for other systems; nothing: it is none
  UnixMillis now;                          // the time by this clock
};

class StatusApi {
 public:
  explicit StatusApi(ApiShared& shared);

  const Operation<Nothing, StatusView> get;

 private:
  boost::asio::awaitable<Result<StatusView>> status(Asker asker, Nothing query);
  // The state of what is held. Fails with kIo and the like if the store cannot be read.
  Result<NodeView> node() const;
  Result<StockView> stock() const;
  Result<StoreView> store() const;

  ApiParts& parts_;
};

}  // namespace koinon
