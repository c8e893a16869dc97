// Answers that are given again, as long as nothing has changed.
//
// Pages and feeds of a busy node are asked for many times between two changes. An answer is kept under the
// whole of what was asked, and with the state of the node in which its making began. It is given while that
// state is the node's state, and for a second at most: what an answer says of the time of day is right to the
// second.
//
// Belongs to the HTTP server's thread. The state is a number that grows with each change (state_now).
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "node/http/message.h"
#include "proto/base/types.h"

namespace koinon {

class KeptAnswers {
 public:
  // `state_now` is called for each question and must not wait.
  KeptAnswers(std::size_t most_bytes, std::function<std::uint64_t()> state_now,
              std::function<MonoTime()> clock)
      : most_bytes_(most_bytes), state_now_(std::move(state_now)), clock_(std::move(clock)) {}

  // All that an answer may depend on: address, query and headers. Left out are headers that say where the
  // request comes from and no more. An unknown header belongs to it, so that what a handler reads one day is
  // in it already. Empty: too long to be kept.
  static std::string key_of(const HttpRequest& request);

  // Null: it is not kept, or something has changed since.
  std::shared_ptr<const HttpResponse> find(const std::string& key);
  // Call it before an answer is made: what changes meanwhile makes it an old one.
  std::uint64_t state() const { return state_now_(); }
  // Keeps what can be kept: a whole answer with 200 or 304 that sets no cookie.
  void keep(const std::string& key, const HttpResponse& answer, std::uint64_t made_in);
  std::size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    std::string key;
    std::shared_ptr<const HttpResponse> answer;
    std::uint64_t made_in = 0;
    MonoTime at{};
    std::size_t bytes = 0;
  };
  using Place = std::list<Kept>::iterator;
  bool is_fresh(const Kept& kept) const;
  void drop(Place place);
  void drop_old();

  std::size_t most_bytes_;
  std::function<std::uint64_t()> state_now_;
  std::function<MonoTime()> clock_;
  std::list<Kept> kept_;                                // the oldest first
  std::unordered_map<std::string_view, Place> by_key_;  // views of the keys in kept_
  std::size_t bytes_ = 0;
};

}  // namespace koinon
