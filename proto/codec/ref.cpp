#include "proto/codec/ref.h"

#include <algorithm>

#include "proto/base/encoding.h"
#include "proto/codec/name.h"

namespace koinon {

Result<HumanCity> parse_city(std::string_view text) {
  HumanCity city;
  const auto tilde = text.find('~');
  city.name = text.substr(0, tilde);
  KOINON_TRY(check_name(city.name));
  if (tilde != std::string_view::npos) {
    city.log_prefix = text.substr(tilde + 1);
    constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    if (city.log_prefix.size() != kLogPrefixChars ||
        city.log_prefix.find_first_not_of(kAlphabet) != std::string::npos) {
      return fail(Code::kInvalidArgument, "after ~ stand the first 16 characters of the log id", "ref");
    }
  }
  return city;
}

namespace {

Error no_entry_name() {
  return fail(Code::kInvalidArgument,
              Sentence{"ref.number", "a reference ends in the entry's number, such as seoul.example/17"},
              "ref");
}

bool is_leaf_prefix(std::string_view text) {
  return text.size() == kLeafPrefixChars &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<EntryName> parse_entry_name(std::string_view text) {
  const auto end = std::min(text.find_first_of("~."), text.size());
  const auto index = parse_decimal(text.substr(0, end));
  if (!index.ok()) return no_entry_name();
  EntryName out{EntryIndex(*index)};
  if (end == text.size()) return out;
  const std::string_view more = text.substr(end + 1);
  if (text[end] == '.') {
    if (!is_leaf_prefix(more)) return no_entry_name();
    out.leaf = more;
    return out;
  }
  const auto recoveries = parse_decimal(more);
  if (!recoveries.ok() || *recoveries == 0) return no_entry_name();
  out.recoveries = *recoveries;
  return out;
}

std::string format_entry_name(const EntryName& entry) {
  const std::string index = std::to_string(entry.index.value);
  if (!entry.leaf.empty()) return index + "." + entry.leaf;
  return entry.recoveries == 0 ? index : index + "~" + std::to_string(entry.recoveries);
}

EntryName name_by_leaf(EntryIndex index, const Hash& leaf) {
  return {index, 0, to_hex(leaf.view()).substr(0, kLeafPrefixChars)};
}

Result<HumanRef> parse_ref(std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) {
    return fail(Code::kInvalidArgument,
                Sentence{"ref.form", "a reference reads NAME/NUMBER, such as seoul.example/17"}, "ref");
  }
  KOINON_ASSIGN(const HumanCity city, parse_city(text.substr(0, slash)));
  KOINON_ASSIGN(EntryName entry, parse_entry_name(text.substr(slash + 1)));
  return HumanRef{city.name, city.log_prefix, std::move(entry)};
}

std::string format_city(std::string_view name, const LogId& log, bool ambiguous) {
  std::string out(name);
  if (ambiguous) out += "~" + to_text(log).substr(0, kLogPrefixChars);
  return out;
}

std::string format_ref(std::string_view name, const LogId& log, const EntryName& entry, bool ambiguous) {
  return format_city(name, log, ambiguous) + "/" + format_entry_name(entry);
}

}  // namespace koinon
