// What an operator does to keep the node going: confirms its clock, lets it sign without some answers, makes
// a new index.
//
// On the reading thread of its parts; the writer keeps the operator's word on the clock.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct ClockView {
  ClockStanding standing;
  UnixMillis now;
};

// The operator's word: this node signs without the answers of these peers, until they return.
struct SigningWish {
  std::vector<std::string> without;  // names or node keys of peers
  bool alone = false;                // nobody else ever held entries that are missing here
};

class UpkeepApi {
 public:
  explicit UpkeepApi(ApiShared& shared);

  // The caller confirms that the machine's clock is right.
  const Operation<Nothing, ClockView> set_clock;
  // Answers with what this node waits for then.
  const Operation<SigningWish, SigningNow> sign;
  // Begins to make a new index. It goes on in the background.
  const Operation<Nothing, Nothing> reindex;

 private:
  boost::asio::awaitable<Result<ClockView>> clock_is_right(Asker asker, Nothing query);
  boost::asio::awaitable<Result<SigningNow>> let_sign(Asker asker, SigningWish wish);
  boost::asio::awaitable<Result<Nothing>> begin_reindex(Asker asker, Nothing query);

  ApiParts& parts_;
};

}  // namespace koinon
