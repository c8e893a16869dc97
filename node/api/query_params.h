// Parameters that several requests have in common. Pure functions, for any thread.
#pragma once

#include "node/api/account_rules.h"
#include "node/api/api_request.h"
#include "node/api/named_record.h"
#include "node/text/params.h"

namespace koinon {

// The parameter `limit`: 1 to `most`.
Result<std::size_t> read_limit(const Params& params, std::size_t otherwise, std::size_t most);
// A number up to `most`, or 0 if it is not given.
Result<std::uint64_t> number_param(const Params& params, const std::string& name, std::uint64_t most);

// The record of a path with `city` and `index`: seoul.example/17.
std::string ref_arg(const ApiRequest& request);
Result<NamedRecord> record_arg(const ApiRequest& request);
// The id of a row. kNotFound: no row can have this id.
Result<std::int64_t> read_id(const std::string& text);
// The id of a path with `id`.
Result<std::int64_t> id_arg(const ApiRequest& request);

// The account of a path with `name`.
Result<NamedAccount> account_arg(const ApiRequest& request);

// For an operation without a query.
Result<Nothing> read_nothing(const ApiRequest& request);

}  // namespace koinon
