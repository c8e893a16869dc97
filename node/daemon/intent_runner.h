// Carries out the engine's intents, each on a thread of its class: writing ones on the writer's, checks of
// signatures and hashes on a small pool, reads of what is served to peers on a thread of their own.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "node/replication/store_writer.h"

namespace koinon {

class IntentRunner {
 public:
  // The writer outlives this. `on_completions` takes answers of checks and reads, on their threads; the
  // writer gives its own answers itself (StoreWriter::Callbacks).
  IntentRunner(std::unique_ptr<StoreReader> store, StoreWriter& writer,
               std::function<void(std::vector<Completion>)> on_completions);
  ~IntentRunner() { stop(); }
  IntentRunner(const IntentRunner&) = delete;
  IntentRunner& operator=(const IntentRunner&) = delete;

  // Any thread.
  void carry_out(Intent intent);
  // Any thread. Reads on the thread that reads what is served to peers, which others wait for meanwhile.
  void read(std::function<void(StoreReader&)> use);
  // Carries out what waits, then ends the threads.
  void stop();

 private:
  std::unique_ptr<StoreReader> store_;  // the reading thread's
  StoreWriter& writer_;
  std::function<void(std::vector<Completion>)> on_completions_;
  boost::asio::thread_pool checkers_;
  boost::asio::thread_pool reader_;
};

}  // namespace koinon
