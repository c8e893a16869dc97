#include "node/publishing/keys_entry.h"

#include "storage/store/settings.h"

namespace koinon {
namespace {

bool is_key(const std::optional<SigningKey>& key, BytesView named) {
  return key && key->public_key().view() == named;
}

// What the node says of itself where its log names these: a next key that stands there is not taken back.
NamedKeys own_of(const OwnKeys::Keys& keys, const LogKeys& named) {
  NamedKeys out = keys.now;
  if (is_key(keys.next_node, named.node.view())) out.node = *keys.next_node;
  if (is_key(keys.next_cosigner, named.cosigner.view())) out.cosigner = *keys.next_cosigner;
  return out;
}

Draft draft_of(const LogId& own, const NamedKeys& keys) {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_KEYS);
  *draft.entry.mutable_control()->mutable_keys() = make_keys(own, keys.cosigner, keys.sealing, keys.node);
  return draft;
}

}  // namespace

DraftMaker keys_maker(const LogId& own, const OwnKeys& keys) {
  return [own, &keys](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(const LogKeys named, store.log_keys(own));
    const NamedKeys ours = own_of(keys.keys(), named);
    if (named.cosigner == ours.cosigner.public_key() && named.sealing == ours.sealing &&
        named.node == NodeKey::from(ours.node.public_key().view()))
      return fail(Code::kConflict, "the log names these keys already", "keys");
    KOINON_ASSIGN(const auto lost, store.setting(kCosignerLost));
    const bool is_replaced = named.cosigner != ours.cosigner.public_key();
    if (lost && !is_replaced) return fail(Code::kUnavailable, "the cosigner key is replaced first", "keys");
    Draft draft = draft_of(own, ours);
    if (lost) draft.entry.mutable_control()->mutable_keys()->set_cosigner_lost(true);
    return draft;
  };
}

DraftMaker new_key_maker(const LogId& own, const OwnKeys& keys, NewKey which, bool cosigner_lost) {
  return [own, &keys, which, cosigner_lost](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(const LogKeys named, store.log_keys(own));
    const OwnKeys::Keys have = keys.keys();
    NamedKeys ours = own_of(have, named);
    if (which == NewKey::kNode) {
      ours.node = *have.next_node;
    } else {
      ours.cosigner = *have.next_cosigner;
    }
    Draft draft = draft_of(own, ours);
    if (cosigner_lost) draft.entry.mutable_control()->mutable_keys()->set_cosigner_lost(true);
    return draft;
  };
}

}  // namespace koinon
