// What an operator does so that the node goes on: the word on its clock, a new index.
//
// On the reading thread that its parts belong to; the writer keeps the word.
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

  // Whoever calls it says that the clock is right.
  const Operation<Nothing, ClockView> set_clock;
  // It is begun, and goes on.
  const Operation<Nothing, Nothing> reindex;

 private:
  boost::asio::awaitable<Result<ClockView>> clock_is_right(Asker asker, Nothing query);
  boost::asio::awaitable<Result<Nothing>> begin_reindex(Asker asker, Nothing query);

  ApiParts& parts_;
};

}  // namespace koinon
