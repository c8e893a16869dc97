// Which bodies a node wants. Filters match whole path segments. Some bodies are always wanted: those without
// topics, those of profiles, vouches and withdrawals, and those addressed to the node's own city.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "koinon/v1/wire.pb.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct BodyFilter {
  bool all = true;
  std::vector<std::string> topics;
  std::optional<LogId> self;  // bodies addressed to this log are wanted; not part of the message

  bool wants(const v1::Entry& entry) const;
  v1::Filter message() const;
  // As an operator writes it: `all`, or the topics with commas between them.
  std::string text() const;
  // Whether both name the same topics; `self` does not count.
  bool same_topics(const BodyFilter& other) const { return all == other.all && topics == other.topics; }
};

// Reads what text() gives. Topics become as the vocabulary writes them.
Result<BodyFilter> parse_filter(std::string_view text);
// At most limits::kFilterTopics valid topics. An absent filter wants all.
Result<BodyFilter> read_filter(const v1::Filter& message);

}  // namespace koinon
