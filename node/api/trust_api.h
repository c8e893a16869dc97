// For which cities this city vouches, which cities it blocks, and which frozen logs go on here.
//
// On the reading thread of its parts; the writer signs and stores, and the network follows it.
#pragma once

#include "node/api/api.h"
#include "node/api/held_view.h"
#include "node/api/named_city.h"
#include "node/api/operation.h"

namespace koinon {

struct VouchView {
  std::string city;
  std::string ref;  // the ref of the signed record
  bool withdrawn = false;
  std::optional<HeldView> held;  // it is kept until the node may sign: there is no ref yet
};

struct BlockView {
  std::string city;
  LogId log;
  bool blocked = false;
};

struct ThawView {
  std::string city;
  LogId log;
  std::string by;
  UnixMillis at;
};

class TrustApi {
 public:
  explicit TrustApi(ApiShared& shared);

  // A name alone means the log that has this name (Directory::find_log), and no other with the same name.
  const Operation<NamedCity, VouchView> vouch;
  const Operation<NamedCity, VouchView> withdraw_vouch;
  const Operation<NamedCity, BlockView> block;
  const Operation<NamedCity, BlockView> unblock;
  // The log of another city, which evidence has frozen here, goes on from where it stands. That evidence
  // freezes it no more; other evidence does. kConflict: it is not frozen. kRefused: it is our own log, or
  // frozen for good.
  const Operation<NamedCity, ThawView> thaw;

 private:
  boost::asio::awaitable<Result<VouchView>> add_vouch(Asker asker, NamedCity named);
  boost::asio::awaitable<Result<VouchView>> take_vouch_back(Asker asker, NamedCity named);
  boost::asio::awaitable<Result<BlockView>> add_block(Asker asker, NamedCity named);
  boost::asio::awaitable<Result<BlockView>> remove_block(Asker asker, NamedCity named);

  boost::asio::awaitable<Result<ThawView>> thaw_log(Asker asker, NamedCity named);

  boost::asio::awaitable<Result<VouchView>> sign(Asker asker, LogId log, bool withdrawn);
  boost::asio::awaitable<Result<BlockView>> set_blocked(NamedCity named, bool blocked);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
