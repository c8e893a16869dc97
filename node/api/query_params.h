// What several reading requests say in the same way.
#pragma once

#include "node/api/api_request.h"
#include "node/api/record_json.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {

// `limit` of a request: 1 to `most`.
Result<std::size_t> read_limit(const ApiRequest& request, std::size_t otherwise, std::size_t most);
// A number up to `most`; 0 where it is not given.
Result<std::uint64_t> number_param(const ApiRequest& request, const std::string& name, std::uint64_t most);

// The `id` of a path: what no row can have is not found.
Result<std::int64_t> id_arg(const ApiRequest& request);

// Which records are meant: `q`, `topic`, `city`, `kind`.
template <typename Query>
Status read_scope(Directory& directory, const ApiRequest& request, Query& query) {
  query.words = request.param("q");
  if (query.words.size() > limits::kSearchBytes)
    return fail(Code::kTooLarge, "a search has at most 1024 bytes", "q");
  if (!is_utf8(query.words)) return fail(Code::kMalformed, "it is not UTF-8", "q");
  if (const auto topic = request.param("topic"); !topic.empty())
    query.topic = Vocabulary::builtin().canonical(topic);
  if (const auto city = request.param("city"); !city.empty()) {
    KOINON_ASSIGN(const LogState log, directory.find_city(city));
    query.log = log.id;
  }
  if (const auto kind = request.param("kind"); !kind.empty()) {
    KOINON_ASSIGN(query.kind, parse_kind(kind));
  }
  return {};
}

}  // namespace koinon
