#include "node/publishing/keys_entry.h"

namespace koinon {

DraftMaker keys_maker(const LogId& own, const NamedKeys& keys) {
  return [own, keys](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(const LogKeys named, store.log_keys(own));
    if (named.cosigner == keys.cosigner.public_key() && named.sealing == keys.sealing &&
        named.node == NodeKey::from(keys.node.public_key().view()))
      return fail(Code::kConflict, "the log names these keys already", "keys");
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(own, keys.cosigner, keys.sealing, keys.node);
    return draft;
  };
}

}  // namespace koinon
