#include "node/api/keys_api.h"

#include "node/reading/directory.h"
#include "node/replication/from_callback.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

std::string ref_of(const KeyChangeView& view) { return view.ref; }

}  // namespace

KeysApi::KeysApi(ApiShared& shared)
    : rotate({.method = "POST",
              .pattern = "/api/v1/keys/signing",
              .need = Need::kOperator,
              .id = "rotateKey",
              .tag = "operating",
              .summary = "Replace the signing key of this city",
              .gives = "KeyChange",
              .status = 201,
              .takes_person = true},
             this, &KeysApi::rotate_key, {.made = ref_of}),
      shared_(shared),
      parts_(shared.parts) {}

asio::awaitable<Result<KeyChangeView>> KeysApi::rotate_key(Asker asker, Nothing) {
  Wish wish;
  wish.kind = v1::KIND_ROTATION;
  const auto verdict = shared_.publisher.decide(asker.caller, wish, parts_.clock.wall());
  if (!verdict.ok()) co_return verdict.error();
  Beginning<Result<KeyChanged>> begin =
      [change = parts_.change_key, permit = verdict->permit](std::function<void(Result<KeyChanged>)> done) {
        change(permit, std::move(done));
      };
  const auto changed = co_await from_callback<Result<KeyChanged>>(std::move(begin));
  if (!changed.ok()) co_return changed.error();
  Directory directory(*parts_.store, parts_.nearness);
  co_return KeyChangeView{changed->vkey, directory.ref(*parts_.facts.log(), changed->published.index)};
}

}  // namespace koinon
