// Whom this city vouches for, and of whom it takes nothing.
//
// On the reading thread that its parts belong to; the writer signs and stores, and the network goes by it.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

// By its name here, or its log id.
struct NamedCity {
  std::string city;
};

struct VouchView {
  std::string city;
  std::string ref;  // of the record that was signed
  bool withdrawn = false;
};

struct BlockView {
  std::string city;
  LogId log;
  bool blocked = false;
};

class TrustApi {
 public:
  explicit TrustApi(ApiShared& shared);

  // Nobody vouches by a bare name for a log that has no right to it.
  const Operation<NamedCity, VouchView> vouch;
  const Operation<NamedCity, VouchView> withdraw_vouch;
  const Operation<NamedCity, BlockView> block;
  const Operation<NamedCity, BlockView> unblock;

 private:
  boost::asio::awaitable<Result<VouchView>> add_vouch(Asker asker, NamedCity named);
  boost::asio::awaitable<Result<VouchView>> take_vouch_back(Asker asker, NamedCity named);
  boost::asio::awaitable<Result<BlockView>> add_block(Asker asker, NamedCity named);
  boost::asio::awaitable<Result<BlockView>> remove_block(Asker asker, NamedCity named);

  boost::asio::awaitable<Result<VouchView>> sign(Asker asker, LogId log, DraftMaker maker, bool withdrawn);
  boost::asio::awaitable<Result<BlockView>> set_blocked(NamedCity named, bool blocked);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
