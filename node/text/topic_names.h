// Topics by what people call them: a label of the vocabulary in any of its languages, an alias, or a slug.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace koinon {

// The letters of a name as two writers of it agree on: without case, marks, and differences of form (UAX 15,
// NFKC_Casefold), with single spaces. For comparing names only.
std::string folded_name(std::string_view text);

// What stands between commas, semicolons (also of other scripts) and line ends, trimmed. At most
// limits::kTopicsTyped, each at most limits::kTopicTypedBytes; what is more is left out.
std::vector<std::string> names_of_list(std::string_view text);

// The slug of the listed topic that is meant. Nothing: no listed topic is called so, or several are.
std::optional<std::string> topic_named(std::string_view typed);

// Slugs of listed topics that may be meant, the likeliest first: the words stand in one of its names, or a
// name differs in a few letters. Empty: none is near.
std::vector<std::string> topics_like(std::string_view typed, std::size_t most);

// "Bike repair" as a slug of its own, bike-repair. Nothing: it has letters that no slug has.
std::optional<std::string> own_topic(std::string_view typed);

}  // namespace koinon
