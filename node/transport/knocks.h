// Who knocks and is not pinned here: which key they showed, from where, how often. In memory, for an operator
// to read; so many at most, shared out by neighbourhood (/24 and /64), so that nobody who knocks under a
// thousand keys hides the others. Nothing but the key and the address is known of them: whether they hold the
// key is not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

struct Knock {
  NodeKey key;
  std::string address;  // of the last time
  std::string network;
  std::uint64_t count = 0;
  UnixMillis first;
  UnixMillis last;
};

class Knocks {
 public:
  // Whether that key has not knocked before, as far as is remembered.
  bool add(const NodeKey& key, const std::string& network, const std::string& address, UnixMillis now);
  void forget(const NodeKey& key) { knocks_.erase(key); }
  // Of the last day, the newest first.
  std::vector<Knock> list(UnixMillis now) const;

 private:
  void make_room(UnixMillis now);

  std::map<NodeKey, Knock> knocks_;
};

}  // namespace koinon
