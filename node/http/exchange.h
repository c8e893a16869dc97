// What is told of a request once it is answered: to whoever measures, and to who writes it down. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "proto/base/types.h"

namespace koinon {

struct Exchange {
  std::string method;  // as it was sent; empty: the request does not parse
  std::string route;   // its name in the table of routes; empty: nothing is at its address
  std::string
      target;  // its address as it may be written down: without a query, a code or a key; may be empty
  std::string address;               // the visitor's; empty over the Unix socket
  std::optional<std::uint32_t> uid;  // the user of the process at the other end of the Unix socket
  std::string who;                   // the account; empty: nobody who is known
  std::string agent;                 // the header User-Agent, as anybody may write it
  unsigned version = 11;             // of HTTP: 10 or 11
  bool streams = false;              // an event stream, which lasts as long as its reader
  unsigned status = 0;               // of the answer; 0: none was sent
  std::uint64_t bytes = 0;           // of the answer's body; 0 of a stream
  MonoTime began{};                  // when its header was read
  std::chrono::nanoseconds took{0};  // from then until the answer begins to be sent
};

}  // namespace koinon
