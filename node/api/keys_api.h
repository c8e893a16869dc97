// The keys of this node, and of its log: the operator replaces them.
//
// On the reading thread of its parts; the change itself is made beside it.
#pragma once

#include <string>

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/publishing/node_key_wait.h"

namespace koinon {

struct KeyChangeView {
  VKey vkey;        // that signs from now on
  std::string ref;  // of the signed statement
};

// {"now": true}: the next start shows the new key, whoever knows it.
struct NodeKeyQuery {
  bool now = false;
};

struct CosignerKeyView {
  VKey vkey;        // that cosigns from now on
  std::string ref;  // of the entry that names it
};

// A node key that waits, beside the ref of the entry that names it.
struct WaitingNodeKey {
  NodeKeyWaitView wait;
  std::string ref;
};
// Nothing: none waits.
Result<std::optional<WaitingNodeKey>> waiting_node_key(ApiParts& parts);

struct RecoveryStatement {
  std::string note;
};

class KeysApi {
 public:
  explicit KeysApi(ApiShared& shared);

  // A new signing key: the old one signs a statement that says so, and signs nothing after it. Refused while
  // nothing may be signed.
  const Operation<Nothing, KeyChangeView> rotate;
  // A new node key, which an entry of our log names. The old one is shown until the peers know it.
  const Operation<NodeKeyQuery, WaitingNodeKey> rotate_node;
  const Operation<Nothing, CosignerKeyView> rotate_cosigner;
  // New recovery words are two steps, and the words are in neither: what the statement must say, and the
  // statement that whoever has the old words has signed. It is taken in with the next start.
  const Operation<Nothing, WordsWanted> prepare_words;
  const Operation<RecoveryStatement, KeyHistory> change_words;

 private:
  Result<SigningPermit> permit(const Asker& asker, v1::Kind kind);
  boost::asio::awaitable<Result<KeyChangeView>> rotate_key(Asker asker, Nothing query);
  boost::asio::awaitable<Result<WaitingNodeKey>> rotate_node_key(Asker asker, NodeKeyQuery query);
  boost::asio::awaitable<Result<CosignerKeyView>> rotate_cosigner_key(Asker asker, Nothing query);
  boost::asio::awaitable<Result<NamedKeyChanged>> change(Asker asker, NamedKeyWish wish);
  boost::asio::awaitable<Result<WordsWanted>> say_words(Asker asker, Nothing query);
  boost::asio::awaitable<Result<KeyHistory>> take_words(Asker asker, RecoveryStatement statement);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
