// Which cosigned heads one peer is asked for, and which lines of them: what is still to be asked, and what is
// asked (GetCosignatures).
//
// What is to be asked is bounded by who gives it: the news of a log take the place of the log's older ones.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "crypto/log_state.h"
#include "koinon/v1/wire.pb.h"

namespace koinon::engine {

// A head whose lines are asked for, or were.
struct CosignedAsk {
  LogId log;
  std::uint64_t recoveries = 0;
  TreeSize size;
  Hash root;
  auto operator<=>(const CosignedAsk&) const = default;
};

class CosignedWants {
 public:
  // The key IDs of the lines that are lacked, by head. None: all lines.
  using Heads = std::map<CosignedAsk, std::vector<std::uint32_t>>;

  // These take the place of what was to be asked of the log.
  void replace(const LogId& log, const Heads& heads);
  // These are to be asked too.
  void add(const Heads& heads);
  // The next request, which is open from now on. Nothing: all is asked, or limits::kCosignedRequests are
  // open.
  std::optional<v1::Frame> next(std::uint64_t request_id);
  bool has_next() const;
  // The request is open no more. The heads that it asked for; empty: no such one was open.
  std::vector<CosignedAsk> take(std::uint64_t request_id);

 private:
  Heads wanted_;
  std::map<std::uint64_t, std::vector<CosignedAsk>> asked_;
};

}  // namespace koinon::engine
