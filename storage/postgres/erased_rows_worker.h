// Takes erased bytes away on a thread and a connection of its own: to write a table anew takes seconds, and
// the one who writes must show signs of life meanwhile.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/postgres/erased_rows.h"

namespace koinon::postgres {

class ErasedRowsWorker {
 public:
  // `every`: as ErasedRows has it. What was erased becomes due whether anybody asks then or not: a round
  // comes at least every `pause`.
  ErasedRowsWorker(PostgresPlace place, std::chrono::milliseconds every,
                   std::chrono::milliseconds pause = std::chrono::minutes(1));
  // Does not wait for the server: what is half done is done at the next start.
  ~ErasedRowsWorker();
  ErasedRowsWorker(const ErasedRowsWorker&) = delete;
  ErasedRowsWorker& operator=(const ErasedRowsWorker&) = delete;

  // Something was erased: what rounds say that have begun before this is no answer to fold().
  void ask();
  // Asks for a round, where none is on its way. True: one has begun and ended since this was asked first, or
  // since the last ask(), and left nothing that is due. False: ask again later.
  bool fold();

 private:
  void run();
  bool round();

  PostgresPlace place_;
  std::chrono::milliseconds every_;
  std::chrono::milliseconds pause_;
  std::mutex mutex_;
  std::condition_variable wake_;
  enum class State : unsigned char { kIdle, kAsked, kInRound, kDone };
  State state_ = State::kIdle;
  bool stopping_ = false;
  Connection* running_ = nullptr;  // that of the round which is on its way
  std::thread thread_;
};

}  // namespace koinon::postgres
