// The addresses of hosts, looked up by the system, side by side and within a deadline.
//
// The system cannot be stopped once it looks a name up, and with a name server that is silent it takes as
// long as it likes. So a look-up runs on a thread that nobody waits for. It shares an object on the heap with
// us and nothing else, and who has given up, or is gone, is not told.
//
// Lives on the thread that runs the io_context.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include "proto/base/limits.h"

namespace koinon {

struct LookedUp {
  boost::system::error_code error;
  std::vector<boost::asio::ip::address> addresses;  // the one that the system would try first is first
};

class LookUps {
 public:
  // Runs on several threads at a time, even after this object is gone.
  using Resolve = std::function<LookedUp(const std::string& host)>;
  static LookedUp by_the_system(const std::string& host);

  explicit LookUps(boost::asio::io_context& io, Resolve resolve = by_the_system,
                   std::chrono::milliseconds deadline = limits::kLookUpDeadline);
  // At once, whatever is being looked up. The io_context outlives this.
  ~LookUps();
  LookUps(const LookUps&) = delete;
  LookUps& operator=(const LookUps&) = delete;

  // timed_out: after the deadline nobody waits for it any longer. An address in digits needs no name server.
  // Several who ask for a host at the same time get one answer. Not called again once this object is gone.
  boost::asio::awaitable<LookedUp> addresses(std::string host);

 private:
  struct Shared;
  struct Asked;

  void begin(const std::string& host);
  // Nobody waits for this host: if no thread has begun with it, none does.
  void forget(const std::string& host);

  boost::asio::io_context& io_;
  std::chrono::milliseconds deadline_;
  std::shared_ptr<Asked> asked_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace koinon
