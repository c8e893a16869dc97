// The names of topics, looked up when somebody searches. A note is indexed under one term for each of its
// topics. A word of a label or an alias, in any language, stands for the terms of the topics with that name.
// So labels take no room in the index, and a new label works without indexing anew.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/vocabulary/vocabulary.h"

namespace koinon {

// The one word that stands for a topic in the index; nobody types it.
std::string topic_term(std::string_view slug);

// Immutable; safe to read from any thread. The vocabulary must live longer.
class TopicWords {
 public:
  explicit TopicWords(const Vocabulary& vocabulary);
  // Of the built-in vocabulary. The first search makes it, for all readers of the process: it takes longer
  // than to open an index.
  static const TopicWords& builtin();

  // The terms of the topics with a label in which these words follow each other. The words are as the
  // tokenizer gives them. Topics below one of these topics are left out. With `prefix` the last word may go
  // on.
  std::vector<std::string> terms(const std::vector<std::string>& words, bool prefix) const;

  // What the topics that are called exactly so are called in all languages, these words left out. At most
  // limits::kTopicsOfSearchWord topics.
  std::vector<std::string> other_names(const std::vector<std::string>& words) const;
  // Words of labels that differ by one letter from a word.
  std::vector<std::string> near(std::string_view word) const;

 private:
  struct Label {
    std::string slug;
    std::vector<std::string> words;
  };
  const Vocabulary& vocabulary_;  // lives as long
  std::vector<Label> labels_;     // sorted by slug, so a topic comes after the topics above it
  std::map<std::vector<std::string>, std::set<std::string>>
      slugs_;  // of the topics that are called exactly so
};

}  // namespace koinon
