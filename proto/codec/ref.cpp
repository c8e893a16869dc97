#include "proto/codec/ref.h"

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

Result<HumanRef> parse_ref(std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) {
    return fail(Code::kInvalidArgument,
                Sentence{"ref.form", "a reference reads NAME/NUMBER, such as seoul.example/17"}, "ref");
  }
  KOINON_ASSIGN(const HumanCity city, parse_city(text.substr(0, slash)));
  const auto index = parse_decimal(text.substr(slash + 1));
  if (!index.ok()) {
    return fail(Code::kInvalidArgument,
                Sentence{"ref.number", "a reference ends in the entry's number, such as seoul.example/17"},
                "ref");
  }
  return HumanRef{city.name, city.log_prefix, EntryIndex(*index)};
}

std::string format_city(std::string_view name, const LogId& log, bool ambiguous) {
  std::string out(name);
  if (ambiguous) out += "~" + to_text(log).substr(0, kLogPrefixChars);
  return out;
}

std::string format_ref(std::string_view name, const LogId& log, EntryIndex index, bool ambiguous) {
  return format_city(name, log, ambiguous) + "/" + std::to_string(index.value);
}

}  // namespace koinon
