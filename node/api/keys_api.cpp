#include "node/api/keys_api.h"

#include "node/reading/directory.h"
#include "node/replication/from_callback.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

std::string ref_of(const KeyChangeView& view) { return view.ref; }
std::string ref_of_wait(const WaitingNodeKey& view) { return view.ref; }
std::string ref_of_cosigner(const CosignerKeyView& view) { return view.ref; }

}  // namespace

KeysApi::KeysApi(ApiShared& shared)
    : rotate({.method = "POST",
              .pattern = "/api/v1/keys/signing",
              .need = Need::kOperator,
              .id = "rotateKey",
              .tag = "operating",
              .summary = "Replace the signing key of this city",
              .gives = "SigningKeyChange",
              .status = 201,
              .takes_person = true},
             this, &KeysApi::rotate_key, {.made = ref_of}),
      rotate_node({.method = "POST",
                   .pattern = "/api/v1/keys/node",
                   .need = Need::kOperator,
                   .id = "rotateNodeKey",
                   .tag = "operating",
                   .summary = "Name a new node key, which this node shows once its peers know it",
                   .takes = "NodeKeyRequest",
                   .gives = "NodeKeyWait",
                   .status = 201,
                   .takes_person = true},
                  this, &KeysApi::rotate_node_key, {.made = ref_of_wait}),
      rotate_cosigner({.method = "POST",
                       .pattern = "/api/v1/keys/cosigner",
                       .need = Need::kOperator,
                       .id = "rotateCosignerKey",
                       .tag = "operating",
                       .summary = "Replace the key with which this city cosigns",
                       .gives = "CosignerKeyChange",
                       .status = 201,
                       .takes_person = true},
                      this, &KeysApi::rotate_cosigner_key, {.made = ref_of_cosigner}),
      prepare_words({.method = "POST",
                     .pattern = "/api/v1/keys/recovery/statement",
                     .need = Need::kOperator,
                     .id = "prepareRecoveryKey",
                     .tag = "operating",
                     .summary = "What a statement must say that changes the recovery key",
                     .gives = "RecoveryKeyWanted",
                     .takes_person = true},
                    this, &KeysApi::say_words),
      change_words({.method = "POST",
                    .pattern = "/api/v1/keys/recovery",
                    .need = Need::kOperator,
                    .id = "changeRecoveryKey",
                    .tag = "operating",
                    .summary = "Change the recovery key, by a statement that the old one has signed",
                    .takes = "RecoveryStatement",
                    .gives = "RecoveryKeyChange",
                    .body_limit = kSmallBody,
                    .takes_person = true},
                   this, &KeysApi::take_words),
      shared_(shared),
      parts_(shared.parts) {}

// As for every signature of our log.
Result<SigningPermit> KeysApi::permit(const Asker& asker, v1::Kind kind) {
  Wish wish;
  wish.kind = kind;
  KOINON_ASSIGN(const Verdict verdict, shared_.publisher.decide(asker.caller, wish, parts_.clock.wall()));
  return verdict.permit;
}

asio::awaitable<Result<KeyChangeView>> KeysApi::rotate_key(Asker asker, Nothing) {
  const auto may = permit(asker, v1::KIND_ROTATION);
  if (!may.ok()) co_return may.error();
  Beginning<Result<KeyChanged>> begin = [change = parts_.keys.change,
                                         may = *may](std::function<void(Result<KeyChanged>)> done) {
    change(may, std::move(done));
  };
  const auto changed = co_await from_callback<Result<KeyChanged>>(std::move(begin));
  if (!changed.ok()) co_return changed.error();
  Directory directory(*parts_.store, parts_.nearness);
  co_return KeyChangeView{changed->vkey, directory.ref(*parts_.facts.log(), changed->published.index)};
}

Result<std::optional<WaitingNodeKey>> waiting_node_key(ApiParts& parts) {
  if (!parts.facts.log()) return std::optional<WaitingNodeKey>();
  KOINON_ASSIGN(const auto wait, node_key_wait_view(*parts.store, *parts.facts.log(), parts.facts.node_key));
  if (!wait) return std::optional<WaitingNodeKey>();
  Directory directory(*parts.store, parts.nearness);
  return std::optional(WaitingNodeKey{*wait, directory.ref(*parts.facts.log(), wait->entry)});
}

asio::awaitable<Result<NamedKeyChanged>> KeysApi::change(Asker asker, NamedKeyWish asked) {
  const auto may = permit(asker, v1::KIND_KEYS);
  if (!may.ok()) co_return may.error();
  Beginning<Result<NamedKeyChanged>> begin = [change = parts_.keys.change_named, may = *may,
                                              asked](std::function<void(Result<NamedKeyChanged>)> done) {
    change(may, asked, std::move(done));
  };
  co_return co_await from_callback<Result<NamedKeyChanged>>(std::move(begin));
}

asio::awaitable<Result<WaitingNodeKey>> KeysApi::rotate_node_key(Asker asker, NodeKeyQuery query) {
  const auto changed = co_await change(std::move(asker), {NewKey::kNode, query.now});
  if (!changed.ok()) co_return changed.error();
  auto waits = waiting_node_key(parts_);
  if (!waits.ok()) co_return waits.error();
  if (!*waits) co_return fail(Code::kInternal, "the new node key does not wait", "keys");
  co_return std::move(**waits);
}

asio::awaitable<Result<CosignerKeyView>> KeysApi::rotate_cosigner_key(Asker asker, Nothing) {
  const auto changed = co_await change(std::move(asker), {NewKey::kCosigner});
  if (!changed.ok()) co_return changed.error();
  const auto own = parts_.store->log_state(*parts_.facts.log());
  if (!own.ok()) co_return own.error();
  Directory directory(*parts_.store, parts_.nearness);
  co_return CosignerKeyView{{own->keys.vkey().name, SignatureType::kCosignatureV1, changed->key},
                            directory.ref(*parts_.facts.log(), changed->entry)};
}

asio::awaitable<Result<WordsWanted>> KeysApi::say_words(Asker asker, Nothing) {
  const auto may = permit(asker, v1::KIND_ROTATION);
  if (!may.ok()) co_return may.error();
  Beginning<Result<WordsWanted>> begin = [prepare = parts_.keys.prepare_words,
                                          may = *may](std::function<void(Result<WordsWanted>)> done) {
    prepare(may, std::move(done));
  };
  co_return co_await from_callback<Result<WordsWanted>>(std::move(begin));
}

asio::awaitable<Result<KeyHistory>> KeysApi::take_words(Asker asker, RecoveryStatement statement) {
  const auto may = permit(asker, v1::KIND_ROTATION);
  if (!may.ok()) co_return may.error();
  Beginning<Result<KeyHistory>> begin =
      [change = parts_.keys.change_words, may = *may, note = std::move(statement.note)](
          std::function<void(Result<KeyHistory>)> done) { change(may, note, std::move(done)); };
  co_return co_await from_callback<Result<KeyHistory>>(std::move(begin));
}

}  // namespace koinon
