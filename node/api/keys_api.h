// The keys of this node: the operator replaces them.
//
// On the reading thread of its parts; the change itself is made beside it.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct KeyChangeView {
  VKey vkey;        // that signs from now on
  std::string ref;  // of the signed statement
};

class KeysApi {
 public:
  explicit KeysApi(ApiShared& shared);

  // A new signing key: the old one signs a statement that says so, and signs nothing after it. Refused while
  // nothing may be signed.
  const Operation<Nothing, KeyChangeView> rotate;

 private:
  boost::asio::awaitable<Result<KeyChangeView>> rotate_key(Asker asker, Nothing query);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
