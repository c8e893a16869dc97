// What the writer's thread reads or changes for somebody who wants an answer of it. Any thread; the answer
// comes on the writer's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "node/replication/store_writer.h"

namespace koinon {

// `end` has what `act` answered, if it was called, and what became of the transaction.
template <typename Answer>
void act_on_writer(StoreWriter& writer, std::function<Result<Answer>(Store&)> act,
                   std::function<void(std::optional<Result<Answer>>, const Status&)> end) {
  const auto answer = std::make_shared<std::optional<Result<Answer>>>();
  writer.change(
      [answer, act = std::move(act)](Store& store) -> Status {
        answer->emplace(act(store));
        return (*answer)->ok() ? Status() : Status((*answer)->error());
      },
      [answer, end = std::move(end)](const Status& status) { end(std::move(*answer), status); });
}

// What a read answers. It counts whatever becomes of the transaction, which changes nothing. Nothing is
// signed while it reads.
template <typename Answer>
void ask_writer(StoreWriter& writer, std::function<Result<Answer>(StoreReader&)> read,
                std::function<void(Result<Answer>)> done) {
  act_on_writer<Answer>(writer, std::move(read),
                        [done = std::move(done)](std::optional<Result<Answer>> answer, const Status& status) {
                          done(answer ? std::move(*answer) : Result<Answer>(status.error()));
                        });
}

// The same of a change: what it answers counts once it is durable.
template <typename Answer>
void change_and_ask(StoreWriter& writer, std::function<Result<Answer>(Store&)> change,
                    std::function<void(Result<Answer>)> done) {
  act_on_writer<Answer>(writer, std::move(change),
                        [done = std::move(done)](std::optional<Result<Answer>> answer, const Status& status) {
                          done(status.ok() ? std::move(*answer) : Result<Answer>(status.error()));
                        });
}

}  // namespace koinon
