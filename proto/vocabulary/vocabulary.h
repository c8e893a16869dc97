// The shared vocabulary of topics: slugs, labels in seven languages, aliases, related SDGs; and the labels
// of a practice's sections. Built in; immutable; safe to read from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace koinon {

struct Topic {
  std::string slug;
  std::vector<std::uint32_t> sdgs;
  std::map<std::string, std::string, std::less<>> labels;  // by language: en es fr pt it ko ar
  std::vector<std::string> aliases;
};

class Vocabulary {
 public:
  // The list that this program was built with.
  static const Vocabulary& builtin();
  // Lines of tab-separated values, as in topics.tsv and sections.tsv. Malformed lines are skipped.
  Vocabulary(std::string_view topics_tsv, std::string_view sections_tsv);

  const std::vector<Topic>& topics() const { return topics_; }
  // The listed topic of that slug, or null.
  const Topic* find(std::string_view slug) const;
  // Turns what was typed into a slug: in lower case, and with an alias replaced by its slug. An alias that is
  // a leading part of a longer topic is replaced too.
  std::string canonical(std::string_view typed) const;
  // The listed slug nearest to an unlisted one by edit distance.
  std::string nearest(std::string_view slug) const;
  // The practice section ("challenge", …) that a heading in any of the languages names.
  std::optional<std::string> section(std::string_view heading) const;
  // The English heading of a section, or in the language if the vocabulary has it.
  std::string section_label(std::string_view section, std::string_view language) const;

 private:
  void read_topics(std::string_view tsv);
  void read_sections(std::string_view tsv);

  std::vector<Topic> topics_;
  std::map<std::string, std::size_t, std::less<>> by_slug_;
  std::map<std::string, std::string, std::less<>> by_alias_;
  std::map<std::string, std::string, std::less<>> section_by_heading_;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> section_labels_;
};

// True if `filter_topic` is `topic` or one of its ancestors, by whole path segments.
bool topic_covers(std::string_view filter_topic, std::string_view topic);

}  // namespace koinon
