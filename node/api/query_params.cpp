#include "node/api/query_params.h"

#include "proto/base/encoding.h"

namespace koinon {

std::string param(const Params& params, const std::string& name) {
  const auto it = params.find(name);
  return it == params.end() ? std::string() : it->second;
}

Result<Nothing> read_nothing(const ApiRequest&) { return Nothing{}; }

Result<std::size_t> read_limit(const Params& params, std::size_t otherwise, std::size_t most) {
  const std::string text = param(params, "limit");
  if (text.empty()) return otherwise;
  const auto number = parse_decimal(text);
  if (!number.ok() || *number == 0 || *number > most)
    return fail(Code::kInvalidArgument, "it is a number from 1 to " + std::to_string(most), "limit");
  return static_cast<std::size_t>(*number);
}

Result<std::uint64_t> number_param(const Params& params, const std::string& name, std::uint64_t most) {
  const std::string text = param(params, name);
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
