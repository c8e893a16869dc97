// What several reading requests say in the same way.
#pragma once

#include <cstdint>
#include <string>

#include "node/http/message.h"

namespace koinon {

// `limit` of a request: 1 to `most`.
Result<std::size_t> read_limit(const HttpRequest& request, std::size_t otherwise, std::size_t most);
// A number up to `most`; 0 where it is not given.
Result<std::uint64_t> number_param(const HttpRequest& request, const std::string& name, std::uint64_t most);

// The `id` of a path: what no row can have is not found.
Result<std::int64_t> id_arg(const HttpRequest& request);

}  // namespace koinon
