#include "node/api/query_params.h"

#include "proto/base/encoding.h"

namespace koinon {

Result<std::size_t> read_limit(const ApiRequest& request, std::size_t otherwise, std::size_t most) {
  const std::string text = request.param("limit");
  if (text.empty()) return otherwise;
  const auto number = parse_decimal(text);
  if (!number.ok() || *number == 0 || *number > most)
    return fail(Code::kInvalidArgument, "it is a number from 1 to " + std::to_string(most), "limit");
  return static_cast<std::size_t>(*number);
}

Result<std::uint64_t> number_param(const ApiRequest& request, const std::string& name, std::uint64_t most) {
  const std::string text = request.param(name);
  if (text.empty()) return std::uint64_t{0};
  const auto number = parse_decimal(text);
  if (!number.ok() || *number > most)
    return fail(Code::kInvalidArgument, "it is a number up to " + std::to_string(most), name);
  return *number;
}

Result<std::int64_t> id_arg(const ApiRequest& request) {
  const auto number = parse_decimal(request.arg("id"));
  if (!number.ok() || *number > INT64_MAX) return fail(Code::kNotFound, "there is no such thing", "id");
  return static_cast<std::int64_t>(*number);
}

}  // namespace koinon
