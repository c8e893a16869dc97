// Reads a request to publish or to withdraw from JSON, as the desk takes it. Programs send this JSON, and
// pages make it out of a form. Drafts and held notes are kept as this JSON. Only this code reads it.
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

// When to sign. Neither is set: by the rules.
struct WishedTime {
  std::optional<std::chrono::seconds> hold;  // after so long, at most a year
  std::optional<UnixMillis> at;              // at this time; `hold` does not count then
};

struct SigningQuery {
  SigningRequest request;
  WishedTime when;
  boost::json::object kept;  // the request as it was written, without its times and `strict_topics`; it is
                             // kept while the record waits
  Bytes meant = {};          // which entries its refs meant when it was written before (meant_refs.h)
};

// Takes `hold` and `at` out of a request. kInvalidArgument: the error names the wrong one.
Result<WishedTime> take_wished_time(boost::json::object& request);
// Members: those of read_signing_request, `hold` and `at`.
Result<SigningQuery> read_signing_query(boost::json::object request);
// The same, but only for a note: a request that withdraws something is refused.
Result<SigningQuery> read_note_query(boost::json::object request);
// Members: `ref`, `reason`, `erase`, `hold`, `at`.
Result<SigningQuery> read_withdrawal_query(boost::json::object request);

// A draft of a note. It may not be a withdrawal: somebody who publishes another's draft must see in it what
// is signed.
Result<boost::json::object> read_draft(const std::string& text);
// A draft to sign. The times in `when` count before those in the draft.
Result<SigningQuery> read_kept_draft(const std::string& text, const WishedTime& when);
// A request that was kept. It has no members if it can no longer be read.
boost::json::object kept_request(const std::string& text);

}  // namespace koinon
