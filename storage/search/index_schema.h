// The tables of the search index.
#pragma once

namespace koinon {

// An index of another version is made anew, since all of it comes from the store.
inline constexpr int kIndexVersion = 18;
extern const char* const kIndexSchema;

}  // namespace koinon
