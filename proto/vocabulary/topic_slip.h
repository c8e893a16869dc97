// Topics that are written by a slip: `helth`, `climate/haet`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/vocabulary/vocabulary.h"

namespace koinon {

// The topic that somebody probably meant who wrote this one. `slug` is canonical, and check_topic() takes it.
// Part by part it reads like a listed topic: two neighbouring letters are swapped, or as many letters are off
// (edit_distance()) as a word of that length may have: none of 3 or fewer, 1 of 7 or fewer, else 2. What
// stands below such a topic stays. A part that stands alone may also be the last one of a listed topic:
// `heat` is climate/heat. Nothing: the topic is listed, or it is one of somebody's own.
std::optional<std::string> topic_meant(const Vocabulary& vocabulary, std::string_view slug);

}  // namespace koinon
