// What topics are called, looked up when somebody searches: a note is indexed under a term for each of its
// topics, and a word of a label or an alias, in any language, stands for the terms of the topics so called.
// So labels take no room in the index, and a new label is found without indexing anew.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/vocabulary/vocabulary.h"

namespace koinon {

// The one word that stands for a topic in the index; nobody types it.
std::string topic_term(std::string_view slug);

// Immutable; safe to read from any thread.
class TopicWords {
 public:
  explicit TopicWords(const Vocabulary& vocabulary);

  // The terms of the topics in whose labels these words, as the tokenizer gives them, follow each other; of
  // topics below one of them none. With `prefix` the last word is a beginning.
  std::vector<std::string> terms(const std::vector<std::string>& words, bool prefix) const;

 private:
  struct Label {
    std::string slug;
    std::vector<std::string> words;
  };
  std::vector<Label> labels_;  // by slug: what is above a topic comes before it
};

}  // namespace koinon
