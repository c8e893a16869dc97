#include "proto/vocabulary/topic_slip.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "proto/base/ascii.h"
#include "proto/base/edit_distance.h"

namespace koinon {
namespace {

using Parts = std::vector<std::string>;

bool neighbours_are_swapped(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
  return at + 1 < a.size() && a[at] == b[at + 1] && a[at + 1] == b[at] &&
         a.substr(at + 2) == b.substr(at + 2);
}

// How many slips make the written part of the listed one; nothing: it is another word.
std::optional<std::size_t> slips_of(std::string_view written, std::string_view listed) {
  if (neighbours_are_swapped(written, listed)) return 1;
  const std::size_t most = listed.size() <= 3 ? 0 : listed.size() <= 7 ? 1 : 2;
  const std::size_t distance = edit_distance(written, listed);
  return distance <= most ? std::optional(distance) : std::nullopt;
}

// Of a topic that begins like the listed one. One that begins with it letter by letter has none: it is
// somebody's own, below what is listed.
std::optional<std::size_t> slips_of_beginning(const Parts& written, const Parts& listed) {
  if (listed.size() > written.size()) return std::nullopt;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const auto slips = slips_of(written[i], listed[i]);
    if (!slips) return std::nullopt;
    sum += *slips;
  }
  return sum > 0 ? std::optional(sum) : std::nullopt;
}

std::string with_rest(std::string topic, const Parts& written, std::size_t from) {
  for (std::size_t i = from; i < written.size(); ++i) topic += "/" + written[i];
  return topic;
}

}  // namespace

std::optional<std::string> topic_meant(const Vocabulary& vocabulary, std::string_view slug) {
  if (vocabulary.find(slug) != nullptr) return std::nullopt;
  const Parts written = split(slug, '/');
  std::optional<std::string> meant;
  std::size_t most_parts = 0;
  std::size_t least_slips = 0;
  for (const Topic& topic : vocabulary.topics()) {
    Parts listed = split(topic.slug, '/');
    const bool last_alone = written.size() == 1 && listed.size() > 1;
    if (last_alone) listed = {listed.back()};
    const auto slips =
        last_alone ? slips_of(written.front(), listed.front()) : slips_of_beginning(written, listed);
    if (!slips) continue;
    const bool better = listed.size() > most_parts || (listed.size() == most_parts && *slips < least_slips);
    if (meant && !better) continue;
    meant = with_rest(topic.slug, written, listed.size());
    most_parts = listed.size();
    least_slips = *slips;
  }
  return meant;
}

}  // namespace koinon
