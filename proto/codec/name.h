// The rules for names, topics and language tags, and the origin line that a log's name gives.
#pragma once

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// A city's name: lower-case ASCII domain style (letters, digits, hyphens inside labels, dots between),
// at most limits::kNameBytes, at least two labels.
Status check_name(std::string_view name);
// A topic: [a-z0-9-]+(/[a-z0-9-]+)*, at most limits::kTopicBytes.
Status check_topic(std::string_view topic);
// A well-formed BCP 47 tag of the common shapes: language[-script][-region][-variant…].
Status check_language(std::string_view tag);
// HOST:PORT. The host is not empty, the port is from 1 to 65535, IPv6 hosts stand in brackets.
struct Address {
  std::string host;
  std::uint16_t port = 0;
  std::string text() const;
  auto operator<=>(const Address&) const = default;
};
Result<Address> parse_address(std::string_view text);

// `NAME/koinon/LOGID`: the origin line of a log's checkpoints and the name of its vkeys. Once the log was
// taken back N times, `/N` follows.
std::string log_origin(std::string_view name, const LogId& log);
struct Origin {
  std::string name;
  LogId log;
  std::uint64_t recoveries = 0;  // N
};
Result<Origin> parse_origin(std::string_view origin);

}  // namespace koinon
