// Many visitors who ask a node as fast as it answers, each over a connection of its own that stays open.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/result.h"

namespace koinon {

struct LoadOptions {
  std::uint16_t port = 0;            // of 127.0.0.1
  std::vector<std::string> targets;  // asked for in turn, each with the lines below
  std::string more;                  // further lines of each request's header, each with its end
  unsigned status = 200;             // that each answer has
  std::size_t visitors = 256;        // each has an address of its own: the node limits what one of them asks
  double seconds = 2;
};

struct LoadResult {
  double per_second = 0;
  double bytes_each = 0;  // of an answer, its header included
};

// On the thread that calls it. kUnavailable: a connection ended, or an answer had another status.
Result<LoadResult> make_load(const LoadOptions& options);

// A server that answers every request with the same bytes at once, on a thread of its own that is pinned to
// one core: what no server of this machine does better with as many bytes.
class BareServer {
 public:
  explicit BareServer(std::size_t answer_bytes, int core);
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  struct Loop;
  std::unique_ptr<Loop> loop_;
  std::uint16_t port_ = 0;
};

// The calling thread, and what it starts from now on, runs on this core alone; below zero: on all again.
void pin_to_core(int core);

}  // namespace koinon
