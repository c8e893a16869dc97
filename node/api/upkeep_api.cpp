#include "node/api/upkeep_api.h"

#include "node/api/store_changes.h"
#include "node/replication/from_callback.h"

namespace koinon {
namespace asio = boost::asio;

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

asio::awaitable<Result<Nothing>> UpkeepApi::begin_reindex(Asker, Nothing) {
  Beginning<Status> begin = parts_.reindex;
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return status.error();
  co_return Nothing{};
}

}  // namespace koinon
