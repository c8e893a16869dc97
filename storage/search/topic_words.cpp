#include "storage/search/topic_words.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "storage/search/stemming.h"
#include "storage/search/tokenizer.h"

namespace koinon {
namespace {

bool follow_each_other(const std::vector<std::string>& label, const std::vector<std::string>& words,
                       bool prefix) {
  const auto same = [&](const std::string& ours, const std::string& wanted) {
    return prefix && &wanted == &words.back() ? ours.starts_with(wanted) : ours == wanted;
  };
  return std::search(label.begin(), label.end(), words.begin(), words.end(), same) != label.end();
}

}  // namespace

std::string topic_term(std::string_view slug) {
  std::string out = "koinontopic";
  for (const char c : slug) {
    if (c != '/' && c != '-') out += c;
  }
  return out;
}

TopicWords::TopicWords(const Vocabulary& vocabulary) {
  for (const Topic& topic : vocabulary.topics()) {
    for (const auto& alias : topic.aliases) labels_.push_back({topic.slug, query_words(alias)});
    for (const auto& [language, label] : topic.labels) {
      auto words = query_words(nfc(label));
      labels_.push_back({topic.slug, words});
      const auto stemmer = Stemmer::of_language(language);
      if (stemmer == nullptr) continue;
      for (auto& word : words) word = stemmer->stem(word);
      labels_.push_back({topic.slug, std::move(words)});
    }
  }
  std::sort(labels_.begin(), labels_.end(), [](const Label& a, const Label& b) { return a.slug < b.slug; });
}

std::vector<std::string> TopicWords::terms(const std::vector<std::string>& words, bool prefix) const {
  std::vector<std::string> slugs;
  if (words.empty()) return slugs;
  for (const Label& label : labels_) {
    if (slugs.size() >= limits::kTopicsOfSearchWord) break;
    if (!follow_each_other(label.words, words, prefix)) continue;
    const auto covers = [&](const std::string& slug) { return topic_covers(slug, label.slug); };
    if (std::none_of(slugs.begin(), slugs.end(), covers)) slugs.push_back(label.slug);
  }
  for (std::string& slug : slugs) slug = topic_term(slug);
  return slugs;
}

}  // namespace koinon
