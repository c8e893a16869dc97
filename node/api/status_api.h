// How the node is, for who operates it.
//
// On the reading thread that its parts belong to; what is asked of the network is answered on the network's.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/reading/topic_view.h"

namespace koinon {

struct NodeView {
  std::string name;
  std::optional<LogId> log;  // none: an observer
  std::string version;
  std::uint16_t peer_port = 0;
  std::uint16_t http_port = 0;
  std::uint64_t entries = 0;  // of its own log
  std::string checkpoint;     // the signed note of its own log; empty: there is none
};

enum class Signing : unsigned char {
  kReady,
  kNever,    // an observer publishes nothing
  kWaits,    // and goes on by itself, or once somebody has done what the reason says
  kStopped,  // until somebody looks after it
};

struct SigningView {
  Signing state = Signing::kReady;
  std::optional<Error> why;  // it waits, or is stopped
};
// As the API says it.
std::string signing_text(const SigningView& view);

struct StockView {
  std::uint64_t cities = 0;
  std::uint64_t records = 0;
  std::uint64_t store_bytes = 0;
  std::uint64_t disk_free_bytes = 0;     // 0: it is not known
  std::uint64_t disk_reserve_bytes = 0;  // kept for this city's own notes
  std::uint64_t index_lag = 0;           // records that are not indexed yet
  std::uint64_t bodies_missing = 0;      // wanted, and being looked for
};

struct StatusView {
  NodeView node;
  SigningView signing;
  std::size_t peers = 0;
  std::size_t peers_connected = 0;
  StockView stock;
  std::vector<TopicView> topics;
  std::vector<std::string> frozen;  // cities that signed two histories
  std::vector<Alarm> alarms;
  ClockStanding clock;
  UnixMillis now;  // by that clock
};

class StatusApi {
 public:
  explicit StatusApi(ApiShared& shared);

  const Operation<Nothing, StatusView> get;

 private:
  boost::asio::awaitable<Result<StatusView>> status(Asker asker, Nothing query);
  SigningView signing() const;
  // Of what is held: kIo and the like where it cannot be read.
  Result<NodeView> node() const;
  Result<StockView> stock() const;

  ApiParts& parts_;
};

}  // namespace koinon
