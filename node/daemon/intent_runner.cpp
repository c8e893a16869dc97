#include "node/daemon/intent_runner.h"

#include <boost/asio/post.hpp>

#include "node/daemon/named_pool.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kCheckThreads = 2;

}  // namespace

IntentRunner::IntentRunner(std::unique_ptr<StoreReader> store, StoreWriter& writer,
                           std::function<void(std::vector<Completion>)> on_completions)
    : store_(std::move(store)),
      writer_(writer),
      on_completions_(std::move(on_completions)),
      checkers_(named_pool(kCheckThreads, "checks")),
      reader_(named_pool(1, "peers' reader")) {}

void IntentRunner::carry_out(Intent intent) {
  switch (intent_class(intent.body)) {
    case IntentClass::kWrite:
      writer_.submit(std::move(intent));
      return;
    case IntentClass::kCheck:
      asio::post(checkers_, [this, intent = std::move(intent)]() mutable {
        Completion done{intent.id, execute_check(std::move(intent.body))};
        std::vector<Completion> completions;
        completions.push_back(std::move(done));
        on_completions_(std::move(completions));
      });
      return;
    case IntentClass::kRead:
      asio::post(reader_, [this, intent = std::move(intent)] {
        std::vector<Completion> completions;
        completions.push_back({intent.id, execute_read(*store_, intent.body)});
        on_completions_(std::move(completions));
      });
      return;
  }
}

void IntentRunner::read(std::function<void(StoreReader&)> use) {
  asio::post(reader_, [this, use = std::move(use)] { use(*store_); });
}

void IntentRunner::stop() {
  checkers_.join();
  reader_.join();
}

}  // namespace koinon
