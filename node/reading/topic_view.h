// The subscribed topics: whether each is complete, and for whose notes it waits.
#pragma once

#include <string>
#include <vector>

#include "node/reading/directory.h"
#include "proto/codec/filter.h"

namespace koinon {

struct TopicView {
  std::string topic;                   // "all" if everything is wanted
  std::uint64_t missing = 0;           // how many notes are missing; 0: it is complete
  std::vector<std::string> waits_for;  // the cities whose notes are missing
};

Result<std::vector<TopicView>> read_topics(StoreReader& store, const Nearness& nearness,
                                           const BodyFilter& filter);

}  // namespace koinon
