// A pool of threads that have a name, for whoever looks at the process.
#pragma once

#include <string>

#include <boost/asio/thread_pool.hpp>

#include "proto/base/thread_name.h"

namespace koinon {

// A new thread has the name of the one that made it, so the calling thread has that name for a moment.
inline boost::asio::thread_pool named_pool(std::size_t threads, const std::string& name) {
  struct Renamed {
    explicit Renamed(const std::string& now) : before(thread_name()) { name_this_thread(now); }
    ~Renamed() { name_this_thread(before); }
    Renamed(const Renamed&) = delete;
    Renamed& operator=(const Renamed&) = delete;
    std::string before;
  };
  const Renamed renamed(name);
  return boost::asio::thread_pool(threads);
}

}  // namespace koinon
