// A request to publish or to take back, as JSON has it and as the desk takes it. Programs send this JSON,
// pages make it of a form, drafts and what waits are kept as it: each is read here, once.
//
// Pure functions, for any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "node/publishing/signing_request.h"
#include "proto/base/types.h"

namespace koinon {

// When it is to be signed; neither: as the rules say.
struct WishedTime {
  std::optional<std::chrono::seconds> hold;  // after so long: a year at most
  std::optional<UnixMillis> at;              // then, whatever `hold` says
};

struct SigningQuery {
  SigningRequest request;
  WishedTime when;
  boost::json::object kept;  // the request as it was written, but for when: what is kept of it while it waits
};

// Takes `hold` and `at` out of a request. kInvalidArgument: names the one at fault.
Result<WishedTime> take_wished_time(boost::json::object& request);
// Members: those of read_signing_request, `hold` and `at`.
Result<SigningQuery> read_signing_query(boost::json::object request);
// The same of a note alone: a request that withdraws something is refused.
Result<SigningQuery> read_note_query(boost::json::object request);
// Members: `ref`, `reason`, `erase`, `hold`, `at`.
Result<SigningQuery> read_withdrawal_query(boost::json::object request);

// A note that is being written. A withdrawal is none: who signs a draft of another's signs what it reads as.
Result<boost::json::object> read_draft(const std::string& text);
// A draft that is to be signed. What `when` names goes before what the draft itself says.
Result<SigningQuery> read_kept_draft(const std::string& text, const WishedTime& when);
// A request that was kept; without members where it cannot be read any more.
boost::json::object kept_request(const std::string& text);

}  // namespace koinon
