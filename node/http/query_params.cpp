#include "node/http/query_params.h"

#include "node/text/numbers.h"
#include "proto/base/encoding.h"

namespace koinon {

Result<std::size_t> read_limit(const HttpRequest& request, std::size_t otherwise, std::size_t most) {
  return read_limit(request.param("limit"), otherwise, most);
}

Result<std::uint64_t> number_param(const HttpRequest& request, const std::string& name, std::uint64_t most) {
  return read_number(request.param(name), name, most);
}

Result<std::int64_t> id_arg(const HttpRequest& request) {
  const auto number = parse_decimal(request.arg("id"));
  if (!number.ok() || *number > INT64_MAX) return fail(Code::kNotFound, "there is no such thing", "id");
  return static_cast<std::int64_t>(*number);
}

}  // namespace koinon
