#include "proto/base/nearest_word.h"

#include <cstddef>

#include "proto/base/edit_distance.h"

namespace koinon {
namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kBeginning = 3;

std::size_t allowed_for(std::size_t letters) { return letters <= 2 ? 1 : letters <= 5 ? 2 : 3; }

}  // namespace

std::optional<std::string> nearest_word(std::string_view given, const std::vector<std::string>& known) {
  if (given.empty() || given.size() > kLongest) return std::nullopt;
  std::optional<std::string> nearest;
  std::size_t least = allowed_for(given.size()) + 1;
  std::optional<std::string> longer;
  bool several = false;
  for (const std::string& word : known) {
    // All letters changed is another word.
    const std::size_t distance = edit_distance(given, word);
    if (distance < least && distance < word.size()) {
      least = distance;
      nearest = word;
    }
    if (given.size() < kBeginning || !word.starts_with(given)) continue;
    several = several || longer.has_value();
    longer = word;
  }
  if (nearest || several) return nearest;
  return longer;
}

}  // namespace koinon
