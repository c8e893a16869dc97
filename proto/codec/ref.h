// References to records as people write them: `seoul.example/17`. If the name alone is not enough, the first
// 16 characters of the log id follow it: `seoul.example~abcdefghijklmnop/17`.
//
// When a city takes its log back with its recovery key, entries become void and others take their numbers. An
// entry that was signed after the Nth time says so: `seoul.example/17~1`. So no reference to an entry that
// became void means the one in its place, and all that no recovery touched keeps its short name. A reference
// that is kept or given out may name the beginning of the entry's leaf hash instead:
// `seoul.example/17.3f9ac2d1e0b15c77d84e6ba01c95f2e3`. It means that entry and no other, even where somebody
// who had the key signed a second history that this node took for the first. It is 128 bits. A second entry
// to somebody else's takes 2^128 tries. A city that makes both entries itself finds two with the same name
// after about 2^64: it can only confuse refs to what it signed itself, and what refers in an entry has all
// 256 bits.
#pragma once

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// Which entry of a log is meant: what stands behind the slash.
struct EntryName {
  EntryIndex index;
  std::uint64_t recoveries = 0;  // of its log, after which it was signed; not said beside a leaf
  std::string leaf = {};         // the first 32 hexadecimal digits of its leaf hash, or empty
};

struct HumanRef {
  std::string name;
  std::string log_prefix;  // 16 characters of base32, or empty
  EntryName entry;
};

// How much of a log id, and of a leaf hash, a name has: PROTOCOL.md "Names, keys and log ids".
inline constexpr std::size_t kLogPrefixChars = 16;
inline constexpr std::size_t kLeafPrefixChars = 32;

Result<EntryName> parse_entry_name(std::string_view text);
std::string format_entry_name(const EntryName& entry);
// The name of an entry by its leaf hash.
EntryName name_by_leaf(EntryIndex index, const Hash& leaf);
Result<HumanRef> parse_ref(std::string_view text);
// `ambiguous`: the name alone does not mean this log.
std::string format_ref(std::string_view name, const LogId& log, const EntryName& entry, bool ambiguous);
// The part before the slash: a city, for commands that name one.
std::string format_city(std::string_view name, const LogId& log, bool ambiguous);
struct HumanCity {
  std::string name;
  std::string log_prefix;
};
Result<HumanCity> parse_city(std::string_view text);

}  // namespace koinon
