#include "node/api/upkeep_api.h"

#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

std::string target_of_word(const SigningWish& wish) {
  std::string out = wish.alone ? "alone" : "";
  for (const std::string& peer : wish.without) out += (out.empty() ? "" : " ") + peer;
  return out;
}

}  // namespace

UpkeepApi::UpkeepApi(ApiShared& shared)
    : set_clock({.method = "PUT",
                 .pattern = "/api/v1/clock",
                 .need = Need::kOperator,
                 .id = "setClock",
                 .tag = "operating",
                 .summary = "Say that this machine's clock is right, so that signing goes on",
                 .takes = "ClockWord",
                 .gives = "Clock"},
                this, &UpkeepApi::clock_is_right),
      sign({.method = "POST",
            .pattern = "/api/v1/signing",
            .need = Need::kOperator,
            .id = "letSign",
            .tag = "operating",
            .summary = "Let this node sign without the answers of some peers, until they return",
            .takes = "SigningWord",
            .gives = "Standing"},
           this, &UpkeepApi::let_sign, {.target = target_of_word}),
      reindex({.method = "POST",
               .pattern = "/api/v1/reindex",
               .need = Need::kOperator,
               .id = "reindex",
               .tag = "operating",
               .summary = "Rebuild the search index",
               .gives = "Reindexing",
               .status = 202},
              this, &UpkeepApi::begin_reindex),
      parts_(shared.parts) {}

// Kept before it is gone by: what was signed upon it is signed upon it after a restart as well.
asio::awaitable<Result<ClockView>> UpkeepApi::clock_is_right(Asker, Nothing) {
  const std::string word = parts_.clock_questions.word();
  const Status kept = co_await change_store(
      &parts_.writer, [word](Store& store) { return store.set_setting(kClockWord, word); });
  if (!kept.ok()) co_return kept.error();
  parts_.clock_questions.believe(word);
  co_return ClockView{parts_.clock_questions.standing(), parts_.clock.wall()};
}

// The network's thread takes the word, and has decided before it answers the next question.
asio::awaitable<Result<SigningNow>> UpkeepApi::let_sign(Asker, SigningWish wish) {
  if (!parts_.facts.log())
    co_return fail(Code::kRefused,
                   Sentence{"publish.observer",
                            "this node is an observer: it follows and reads, and publishes nothing"});
  const NetworkStatus network = co_await parts_.network.status();
  std::vector<NodeKey> keys;
  for (const std::string& which : wish.without) {
    const std::size_t before = keys.size();
    for (const PeerStatus& peer : network.peers) {
      if (peer.name == which || to_text(peer.node_key) == which) keys.push_back(peer.node_key);
    }
    if (keys.size() == before)
      co_return fail(Code::kNotFound, Sentence{"peer.unknown", "no peer is called so"}, which);
  }
  parts_.network.take_word(std::move(keys), wish.alone);
  (void)co_await parts_.network.status();
  co_return parts_.signing.now();
}

asio::awaitable<Result<Nothing>> UpkeepApi::begin_reindex(Asker, Nothing) {
  Beginning<Status> begin = parts_.reindex;
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return status.error();
  co_return Nothing{};
}

}  // namespace koinon
