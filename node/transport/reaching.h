// Reaches a node under its address: looks its host up, connects, and shakes hands.
//
// A host may have several addresses, and any of them may be dead: a packet filter that swallows, a machine
// that is away, IPv6 that leads nowhere. So connections to them are begun one after another, a quarter of a
// second apart and at once where one fails, by turns of IPv6 and IPv4, each with a deadline of its own; the
// first that stands is taken (RFC 8305, sections 4 and 5). If who answers there does not show the key, the
// others are tried.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include "node/transport/look_ups.h"
#include "node/transport/tls.h"
#include "proto/base/result.h"
#include "proto/codec/name.h"

namespace koinon {

struct Whom {
  Address address;
  NodeKey key;  // that it must show
  std::shared_ptr<boost::asio::ssl::context> tls;
  std::optional<NodeKey> or_key = std::nullopt;  // that it may show as well
};

struct Reached {
  // What stands further below says more, where addresses of one host end differently.
  enum class How : unsigned char {
    kNotLookedUp,
    kSilent,    // nobody answers
    kHangs,     // somebody takes the connection, and says nothing in time
    kNoNode,    // somebody answers, and the handshake failed
    kOtherKey,  // a node answers, with another key
    kYes,
  };
  How how = How::kNotLookedUp;
  boost::system::error_code error;  // what the system says, of the first two
  std::optional<NodeKey> shown;     // of kOtherKey
  std::unique_ptr<PinCheck> check;  // of kYes, as is the stream that it belongs to
  std::unique_ptr<TlsStream> stream;
};

// Why there is no answer at this address, of the first three.
Error no_answer(const Reached& reached, const std::string& address, std::string field = {});

// On the executor of the coroutine that awaits it, which is one thread. `look_ups` outlives the look-up.
boost::asio::awaitable<Reached> reach(LookUps& look_ups, Whom whom);

// IPv6 and IPv4 by turns, beginning with the first one's kind; each once, so many at most.
std::vector<boost::asio::ip::address> in_turns(const std::vector<boost::asio::ip::address>& addresses,
                                               std::size_t most);

}  // namespace koinon
