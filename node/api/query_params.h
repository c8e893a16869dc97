// What several requests say in the same way, read from the parameters of their addresses. Pure functions, for
// any thread, but for those that look something up.
#pragma once

#include "node/api/operation.h"
#include "node/api/routes.h"
#include "node/reading/directory.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {

// Of a request's query, or of a page's that calls the same operation. What is empty is not given.
using Params = std::map<std::string, std::string>;

// Empty where it is not given.
std::string param(const Params& params, const std::string& name);
// `limit` of a request: 1 to `most`.
Result<std::size_t> read_limit(const Params& params, std::size_t otherwise, std::size_t most);
// A number up to `most`; 0 where it is not given.
Result<std::uint64_t> number_param(const Params& params, const std::string& name, std::uint64_t most);

// The `id` of a path: what no row can have is not found.
Result<std::int64_t> id_arg(const ApiRequest& request);

// Of an operation that is told nothing.
Result<Nothing> read_nothing(const ApiRequest& request);

// Which records are meant: `q`, `topic`, `kind`.
template <typename Query>
Status read_scope(const Params& params, Query& query) {
  query.words = param(params, "q");
  if (query.words.size() > limits::kSearchBytes)
    return fail(Code::kTooLarge, "a search has at most 1024 bytes", "q");
  if (!is_utf8(query.words)) return fail(Code::kMalformed, "it is not UTF-8", "q");
  if (const auto topic = param(params, "topic"); !topic.empty())
    query.topic = Vocabulary::builtin().canonical(topic);
  if (const auto kind = param(params, "kind"); !kind.empty()) {
    KOINON_ASSIGN(query.kind, parse_kind(kind));
  }
  return {};
}

// Those of a city, by its name here; empty: of all, or as the query says.
template <typename Query>
Status find_scope(Directory& directory, const std::string& city, Query& query) {
  if (city.empty()) return {};
  KOINON_ASSIGN(const LogState log, directory.find_city(city));
  query.log = log.id;
  return {};
}

}  // namespace koinon
