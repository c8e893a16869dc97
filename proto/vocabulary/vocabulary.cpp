#include "proto/vocabulary/vocabulary.h"

#include <algorithm>
#include <array>
#include <optional>

#include "proto/base/ascii.h"
#include "proto/base/edit_distance.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace embedded {
extern const std::string_view topics_tsv;    // NOLINT(readability-identifier-naming)
extern const std::string_view sections_tsv;  // NOLINT(readability-identifier-naming)
}  // namespace embedded

namespace {

constexpr std::array<std::string_view, 7> kLanguages = {"en", "es", "fr", "pt", "it", "ko", "ar"};

// Empty parts count: the place of a part says what it is.
std::vector<std::string_view> separated(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

const Vocabulary& Vocabulary::builtin() {
  static const Vocabulary kBuiltin(embedded::topics_tsv, embedded::sections_tsv);
  return kBuiltin;
}

Vocabulary::Vocabulary(std::string_view topics_tsv, std::string_view sections_tsv) {
  read_topics(topics_tsv);
  read_sections(sections_tsv);
}

void Vocabulary::read_topics(std::string_view tsv) {
  for (const auto line : separated(tsv, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    const auto fields = separated(line, '\t');
    if (fields.size() != 3 + kLanguages.size()) continue;
    Topic topic;
    topic.slug = fields[0];
    for (const auto sdg : separated(fields[1], ',')) {
      const auto number = parse_decimal(sdg);
      if (number.ok()) topic.sdgs.push_back(static_cast<std::uint32_t>(*number));
    }
    for (std::size_t i = 0; i < kLanguages.size(); ++i) {
      topic.labels.emplace(kLanguages[i], fields[2 + i]);
    }
    for (const auto alias : separated(fields.back(), ',')) {
      if (alias.empty()) continue;
      topic.aliases.emplace_back(alias);
      by_alias_.emplace(alias, topic.slug);
    }
    by_slug_.emplace(topic.slug, topics_.size());
    topics_.push_back(std::move(topic));
  }
}

void Vocabulary::read_sections(std::string_view tsv) {
  for (const auto line : separated(tsv, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    const auto fields = separated(line, '\t');
    if (fields.size() != 1 + kLanguages.size()) continue;
    for (std::size_t i = 0; i < kLanguages.size(); ++i) {
      section_by_heading_.emplace(ascii_lower(fields[1 + i]), fields[0]);
      section_labels_[std::string(fields[0])].emplace(kLanguages[i], fields[1 + i]);
    }
  }
}

const Topic* Vocabulary::find(std::string_view slug) const {
  const auto it = by_slug_.find(slug);
  return it == by_slug_.end() ? nullptr : &topics_[it->second];
}

// An alias may lead to another alias: salud/hospital becomes health/hospital, and that becomes
// health/hospitals.
std::string Vocabulary::canonical(std::string_view typed) const {
  const auto without_alias = [this](std::string_view slug) -> std::optional<std::string> {
    if (find(slug) != nullptr) return std::nullopt;
    std::string_view head = slug;
    while (true) {
      const auto it = by_alias_.find(head);
      if (it != by_alias_.end()) return it->second + std::string(slug.substr(head.size()));
      const auto cut = head.rfind('/');
      if (cut == std::string_view::npos) return std::nullopt;
      head = head.substr(0, cut);
    }
  };
  std::string slug = ascii_lower(typed);
  for (std::size_t step = 0; step < limits::kTopicBytes; ++step) {
    auto next = without_alias(slug);
    if (!next || *next == slug) break;
    slug = std::move(*next);
  }
  return slug;
}

std::string Vocabulary::nearest(std::string_view slug) const {
  const Topic* best = nullptr;
  std::size_t best_distance = 0;
  for (const auto& topic : topics_) {
    std::size_t distance = edit_distance(slug, topic.slug);
    // "heat" is nearer to climate/heat than to health.
    if (slug.find('/') == std::string_view::npos)
      distance = std::min(
          distance, edit_distance(slug, std::string_view(topic.slug).substr(topic.slug.rfind('/') + 1)));
    if (best == nullptr || distance < best_distance) {
      best = &topic;
      best_distance = distance;
    }
  }
  return best == nullptr ? std::string() : best->slug;
}

std::optional<std::string> Vocabulary::section(std::string_view heading) const {
  const auto it = section_by_heading_.find(ascii_lower(heading));
  if (it == section_by_heading_.end()) return std::nullopt;
  return it->second;
}

std::string Vocabulary::section_label(std::string_view section, std::string_view language) const {
  const auto it = section_labels_.find(section);
  if (it == section_labels_.end()) return std::string(section);
  auto label = it->second.find(language.substr(0, 2));
  if (label == it->second.end()) label = it->second.find("en");
  return label == it->second.end() ? std::string(section) : label->second;
}

bool topic_covers(std::string_view filter_topic, std::string_view topic) {
  if (topic.substr(0, filter_topic.size()) != filter_topic) return false;
  return topic.size() == filter_topic.size() || topic[filter_topic.size()] == '/';
}

}  // namespace koinon
