// Drafts as the API's JSON: the routes of their operations. The version of a draft is the ETag of its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace koinon {

class CallGate;
class DraftsApi;
class RouteTable;
struct ApiRequest;
struct DraftView;
struct HttpResponse;

// The version that If-Match names. Nothing: the header is empty. If it is malformed, 0, which no draft has.
std::optional<std::int64_t> version_named(const std::string& if_match);
// A version as an ETag states it, and If-Match names it.
std::string version_tag(std::int64_t version);

// The answer of what has made a draft.
HttpResponse made_draft_answer(const ApiRequest& request, const DraftView& draft);

void add_drafts_routes(RouteTable& routes, CallGate& gate, const DraftsApi& drafts);

}  // namespace koinon
