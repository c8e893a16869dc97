#include "node/text/numbers.h"

#include "proto/base/encoding.h"

namespace koinon {

Result<std::size_t> read_limit(const std::string& text, std::size_t otherwise, std::size_t most) {
  if (text.empty()) return otherwise;
  const auto number = parse_decimal(text);
  if (!number.ok() || *number == 0 || *number > most)
    return fail(Code::kInvalidArgument, "it is a number from 1 to " + std::to_string(most), "limit");
  return static_cast<std::size_t>(*number);
}

Result<std::uint64_t> read_number(const std::string& text, const std::string& field, std::uint64_t most) {
  if (text.empty()) return std::uint64_t{0};
  const auto number = parse_decimal(text);
  if (!number.ok() || *number > most)
    return fail(Code::kInvalidArgument, "it is a number up to " + std::to_string(most), field);
  return *number;
}

}  // namespace koinon
