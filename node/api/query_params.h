// What several requests say in the same way. Pure functions, for any thread.
#pragma once

#include "node/api/api_request.h"
#include "node/text/params.h"

namespace koinon {

// `limit` of a request: 1 to `most`.
Result<std::size_t> read_limit(const Params& params, std::size_t otherwise, std::size_t most);
// A number up to `most`; 0 where it is not given.
Result<std::uint64_t> number_param(const Params& params, const std::string& name, std::uint64_t most);

// The record that a path names by its `city` and `index`: seoul.example/17.
std::string ref_arg(const ApiRequest& request);
// What names a row: what none can have is not found.
Result<std::int64_t> read_id(const std::string& text);
// The `id` of a path.
Result<std::int64_t> id_arg(const ApiRequest& request);

// Of an operation that is told nothing.
Result<Nothing> read_nothing(const ApiRequest& request);

}  // namespace koinon
