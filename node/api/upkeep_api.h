// What an operator does to keep the node going: confirms its clock, makes a new index.
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

class UpkeepApi {
 public:
  explicit UpkeepApi(ApiShared& shared);

  // The caller confirms that the machine's clock is right.
  const Operation<Nothing, ClockView> set_clock;
  // Begins to make a new index. It goes on in the background.
  const Operation<Nothing, Nothing> reindex;

 private:
  boost::asio::awaitable<Result<ClockView>> clock_is_right(Asker asker, Nothing query);
  boost::asio::awaitable<Result<Nothing>> begin_reindex(Asker asker, Nothing query);

  ApiParts& parts_;
};

}  // namespace koinon
