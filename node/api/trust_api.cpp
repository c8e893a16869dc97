#include "node/api/trust_api.h"

#include "node/api/kept_changes.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// What is begun has no name in the address; what is ended has.
std::string target_of_city(const NamedCity& named) { return named.city; }
std::string ref_of(const VouchView& view) {
  return view.held ? std::to_string(view.held->id.value) : view.ref;
}
unsigned status_of_vouch(const VouchView& view) { return view.held ? 202 : view.withdrawn ? 200 : 201; }

// With the asks in one transaction: what peers told of the log while it was frozen was passed over, and a
// crash must not forget to ask for it.
Status thaw_and_ask(Store& store, const ThawCommit& thaw) {
  KOINON_TRY(store.thaw(thaw));
  KOINON_ASSIGN(const auto peers, store.peers());
  std::vector<HeadAsk> asks;
  for (const PeerRecord& peer : peers) asks.emplace_back(peer.node_key, thaw.log);
  return store.set_asks(asks, true);
}

Error vouch_for_itself() {
  return fail(Code::kInvalidArgument, Sentence{"vouch.for_itself", "a city does not vouch for itself"},
              "city");
}

}  // namespace

TrustApi::TrustApi(ApiShared& shared)
    : vouch({.method = "POST",
             .pattern = "/api/v1/vouches",
             .need = Need::kOperator,
             .id = "vouch",
             .tag = "operating",
             .summary = "Publish that this city knows another",
             .takes = "CityRequest",
             .gives = "Vouch",
             .status = 201,
             .gives_later = "Held"},
            this, &TrustApi::add_vouch, {.made = ref_of, .status = status_of_vouch}),
      withdraw_vouch({.method = "DELETE",
                      .pattern = "/api/v1/vouches/{city}",
                      .need = Need::kOperator,
                      .id = "withdrawVouch",
                      .tag = "operating",
                      .summary = "Take a vouch back",
                      .gives = "Vouch",
                      .gives_later = "Held"},
                     this, &TrustApi::take_vouch_back, {.target = target_of_city, .status = status_of_vouch}),
      block({.method = "POST",
             .pattern = "/api/v1/blocks",
             .need = Need::kOperator,
             .id = "block",
             .tag = "operating",
             .summary = "Take and relay nothing of a city",
             .takes = "CityRequest",
             .gives = "Block"},
            this, &TrustApi::add_block),
      unblock({.method = "DELETE",
               .pattern = "/api/v1/blocks/{city}",
               .need = Need::kOperator,
               .id = "unblock",
               .tag = "operating",
               .summary = "Take and relay it again",
               .gives = "Block"},
              this, &TrustApi::remove_block, {.target = target_of_city}),
      thaw({.method = "POST",
            .pattern = "/api/v1/cities/{city}/thaw",
            .need = Need::kOperator,
            .id = "thaw",
            .tag = "operating",
            .summary =
                "Let the log of a city that contradicted itself go on, on this node alone; other evidence "
                "freezes it again",
            .gives = "Thaw",
            .takes_person = true},
           this, &TrustApi::thaw_log, {.target = target_of_city}),
      shared_(shared),
      parts_(shared.parts) {}

asio::awaitable<Result<VouchView>> TrustApi::add_vouch(Asker asker, NamedCity named) {
  Directory directory(*parts_.store, parts_.nearness);
  const auto log = directory.find_log(named.city);
  if (!log.ok()) co_return log.error();
  if (*log == parts_.facts.log()) co_return vouch_for_itself();
  co_return co_await sign(std::move(asker), *log, false);
}

asio::awaitable<Result<VouchView>> TrustApi::take_vouch_back(Asker asker, NamedCity named) {
  Directory directory(*parts_.store, parts_.nearness);
  const auto log = directory.find_any(named.city);
  if (!log.ok()) co_return log.error();
  if (*log == parts_.facts.log()) co_return vouch_for_itself();
  co_return co_await sign(std::move(asker), *log, true);
}

asio::awaitable<Result<VouchView>> TrustApi::sign(Asker asker, LogId log, bool withdrawn) {
  const auto done = co_await publish_vouch(&shared_, asker.caller,
                                           VouchRequest{to_text(log), withdrawn, parts_.clock.wall()});
  if (!done.ok()) co_return done.error();
  Directory directory(*parts_.store, parts_.nearness);
  VouchView out{directory.city(log), {}, withdrawn, done->held};
  if (done->published) out.ref = directory.ref(*parts_.facts.log(), done->published->index);
  co_return out;
}

asio::awaitable<Result<BlockView>> TrustApi::add_block(Asker, NamedCity named) {
  return set_blocked(std::move(named), true);
}

asio::awaitable<Result<BlockView>> TrustApi::remove_block(Asker, NamedCity named) {
  return set_blocked(std::move(named), false);
}

asio::awaitable<Result<ThawView>> TrustApi::thaw_log(Asker asker, NamedCity named) {
  const auto log = Directory(*parts_.store, parts_.nearness).find_any(named.city);
  if (!log.ok()) co_return log.error();
  const ThawCommit word{*log, asker.caller.name, parts_.clock.wall()};
  const Status stored =
      co_await change_store(&parts_.writer, [word](Store& store) { return thaw_and_ask(store, word); });
  if (!stored.ok()) co_return stored.error();
  parts_.network.thawed(*log);
  co_return ThawView{Directory(*parts_.store, parts_.nearness).city(*log), *log, word.by, word.at};
}

asio::awaitable<Result<BlockView>> TrustApi::set_blocked(NamedCity named, bool blocked) {
  const auto log = Directory(*parts_.store, parts_.nearness).find_any(named.city);
  if (!log.ok()) co_return log.error();
  if (*log == parts_.facts.log())
    co_return fail(Code::kInvalidArgument, Sentence{"block.itself", "a city does not block itself"}, "city");
  const Status stored = co_await change_store(
      &parts_.writer, [id = *log, blocked](Store& store) { return store.set_blocked(id, blocked); });
  if (!stored.ok()) co_return stored.error();
  parts_.network.set_blocked(*log, blocked);
  // Who has the name has changed with it: the answer, and what is asked for next, say so.
  co_await parts_.network.standing(*log);
  co_return BlockView{Directory(*parts_.store, parts_.nearness).city(*log), *log, blocked};
}

}  // namespace koinon
