// Answers that were given before. A site made of files asks for the same note once for each language of its
// pages, and what stands in the logs is the same in all of them.
//
// Belongs to one thread at a time. Whoever asks says when to forget: an answer says what was so when it was
// read.
#pragma once

#include <any>
#include <concepts>
#include <map>
#include <utility>
#include <vector>

#include "proto/base/result.h"

namespace koinon {

class AnswerMemory {
 public:
  // What can be told apart and copied can be remembered.
  template <typename Query, typename View>
  static constexpr bool kHolds = std::equality_comparable<Query>&& std::copy_constructible<View>;

  // Null: it was not asked since the last forget(). `operation`: whose answer it is.
  template <typename View, typename Query>
  const Result<View>* find(const void* operation, const Query& query) const {
    const auto found = answers_.find(operation);
    if (found == answers_.end()) return nullptr;
    for (const auto& [asked, answer] : *std::any_cast<Answers<Query, View>>(&found->second)) {
      if (asked == query) return &answer;
    }
    return nullptr;
  }
  template <typename Query, typename View>
  void keep(const void* operation, Query query, const Result<View>& answer) {
    std::any& kept = answers_[operation];
    if (!kept.has_value()) kept = Answers<Query, View>();
    std::any_cast<Answers<Query, View>>(&kept)->emplace_back(std::move(query), answer);
  }
  void forget() { answers_.clear(); }

 private:
  template <typename Query, typename View>
  using Answers = std::vector<std::pair<Query, Result<View>>>;

  std::map<const void*, std::any> answers_;
};

}  // namespace koinon
