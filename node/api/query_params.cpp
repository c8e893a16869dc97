#include "node/api/query_params.h"

#include "node/text/numbers.h"
#include "proto/base/encoding.h"

namespace koinon {

Result<Nothing> read_nothing(const ApiRequest&) { return Nothing{}; }

Result<std::size_t> read_limit(const Params& params, std::size_t otherwise, std::size_t most) {
  return read_limit(param(params, "limit"), otherwise, most);
}

Result<std::uint64_t> number_param(const Params& params, const std::string& name, std::uint64_t most) {
  return read_number(param(params, name), name, most);
}

std::string ref_arg(const ApiRequest& request) { return request.arg("city") + "/" + request.arg("index"); }

Result<NamedRecord> record_arg(const ApiRequest& request) { return NamedRecord{ref_arg(request)}; }

Result<NamedAccount> account_arg(const ApiRequest& request) { return NamedAccount{request.arg("name")}; }

Result<std::int64_t> id_arg(const ApiRequest& request) { return read_id(request.arg("id")); }

Result<std::int64_t> read_id(const std::string& text) {
  const auto number = parse_decimal(text);
  if (!number.ok() || *number > INT64_MAX) return fail(Code::kNotFound, "there is no such thing", "id");
  return static_cast<std::int64_t>(*number);
}

}  // namespace koinon
