#include "storage/search/topic_words.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "storage/search/spelling.h"
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

TopicWords::TopicWords(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
  for (const Topic& topic : vocabulary.topics()) {
    for (const auto& alias : topic.aliases) {
      labels_.push_back({topic.slug, query_words(alias)});
      // People type the last part alone, unless it is another topic.
      const auto last = alias.substr(alias.rfind('/') + 1);
      if (vocabulary.find(last) == nullptr) slugs_[query_words(last)].insert(topic.slug);
    }
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
  for (const Label& label : labels_) slugs_[label.words].insert(label.slug);
}

const TopicWords& TopicWords::builtin() {
  static const TopicWords kBuiltin(Vocabulary::builtin());
  return kBuiltin;
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

std::vector<std::string> TopicWords::other_names(const std::vector<std::string>& words) const {
  std::vector<std::string> out;
  const auto called = slugs_.find(words);
  if (called == slugs_.end()) return out;
  std::size_t topics = 0;
  for (const std::string& slug : called->second) {
    if (++topics > limits::kTopicsOfSearchWord) break;
    const Topic* topic = vocabulary_.find(slug);
    if (topic == nullptr) continue;
    for (const auto& [language, name] : topic->labels) {
      std::string other = nfc(name);
      if (query_words(other) != words && std::find(out.begin(), out.end(), other) == out.end())
        out.push_back(std::move(other));
    }
  }
  return out;
}

std::vector<std::string> TopicWords::near(std::string_view word) const {
  std::vector<std::string> out;
  for (const Label& label : labels_) {
    for (const auto& known : label.words) {
      if (!one_letter_off(known, word) || std::find(out.begin(), out.end(), known) != out.end()) continue;
      out.push_back(known);
      if (out.size() == limits::kNearWords) return out;
    }
  }
  return out;
}

}  // namespace koinon
