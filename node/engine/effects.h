// What the engine does to the world: it asks, tells and sends. All parts act through here, so that the order
// of outputs is the order of calls.
//
// The time is that of the input being worked off; a continuation runs within the input that brought its
// answer, and so at that input's time. Ids of requests and generations are unique in an engine's life and
// never 0.
#pragma once

#include <functional>
#include <unordered_map>

#include "node/engine/engine_types.h"

namespace koinon::engine {

class Effects {
 public:
  // The configuration's zeros are replaced by the limits that they stand for.
  Effects(EngineConfig config, const std::optional<LogId>& own_log, Now now);
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;

  // Begins an input.
  void begin_input(Now now) { now_ = now; }
  const Now& now() const { return now_; }

  // Asks for an intent to be carried out; `then` takes its answer, or why there is none, in a later input.
  // Who may be gone by then is looked up anew in it: links by SessionId, logs by LogId.
  template <typename IntentType>
  void ask(IntentType intent, std::function<void(Result<typename IntentType::Answer>)> then);
  // Nobody waits for the answer.
  template <typename IntentType>
  void ask(IntentType intent) {
    put(std::move(intent), [](Result<Answer>) {});
  }
  // An answer of one that is not waited for is ignored.
  void answer(Completion completion);
  std::size_t pending() const { return pending_.size(); }

  void emit(Event event) { outputs_.emplace_back(std::move(event)); }
  // kNotice; a peer of zeros where none is concerned.
  void notice(const NodeKey& peer, std::string text);
  // Links alone calls these two; parts send over a Link, and end it.
  void send(SessionId session, Bytes bytes);
  void close(SessionId session, const Error& reason);
  std::vector<Output> take_outputs() { return std::exchange(outputs_, {}); }

  std::uint64_t next_request() { return next_request_++; }
  std::uint64_t next_generation() { return next_generation_++; }

  const EngineConfig& config() const { return config_; }
  // The bodies that we want, and how often that has changed: a log's bodies follow the filter of one number.
  const BodyFilter& filter() const { return config_.filter; }
  std::uint64_t filter_number() const { return filter_number_; }
  void set_filter(BodyFilter filter);

 private:
  using Continuation = std::function<void(Result<Answer>)>;

  void put(IntentBody body, Continuation then);

  EngineConfig config_;
  Now now_;
  std::vector<Output> outputs_;
  std::unordered_map<IntentId, Continuation> pending_;
  std::uint64_t next_intent_ = 1;
  std::uint64_t next_generation_ = 1;
  std::uint64_t next_request_ = 1;
  std::uint64_t filter_number_ = 0;
};

template <typename IntentType>
void Effects::ask(IntentType intent, std::function<void(Result<typename IntentType::Answer>)> then) {
  put(std::move(intent), [then = std::move(then)](Result<Answer> answer) {
    using Expected = typename IntentType::Answer;
    if (!answer.ok()) return then(answer.error());
    if (auto* value = std::get_if<Expected>(&*answer); value != nullptr) return then(std::move(*value));
    then(fail(Code::kInternal, "an intent was answered with another intent's answer"));
  });
}

}  // namespace koinon::engine
