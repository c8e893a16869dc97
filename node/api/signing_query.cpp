#include "node/api/signing_query.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/text/time_text.h"
#include "proto/base/limits.h"

namespace koinon {
namespace json = boost::json;
namespace {

Status check_has_no(const json::object& request, const char* member) {
  if (!request.contains(member)) return {};
  return fail(Code::kInvalidArgument, "the request has an unknown field", member);
}

Status check_is_note(const json::object& request) {
  KOINON_TRY(check_has_no(request, "withdraw"));
  return check_has_no(request, "vouch");
}

}  // namespace

Result<WishedTime> take_wished_time(json::object& request) {
  WishedTime out;
  constexpr std::int64_t kMost = std::chrono::seconds(limits::kHoldMost).count();
  if (const auto* hold = request.if_contains("hold")) {
    if (!hold->is_int64() || hold->as_int64() < 0 || hold->as_int64() > kMost)
      return fail(Code::kInvalidArgument, "it is a number of seconds, at most a year", "hold");
    out.hold = std::chrono::seconds(hold->as_int64());
  }
  if (request.contains("at")) {
    KOINON_ASSIGN(out.at, parse_time(text_member(request, "at"), "at"));
  }
  request.erase("hold");
  request.erase("at");
  return out;
}

Result<SigningQuery> read_signing_query(json::object request) {
  KOINON_TRY(check_has_no(request, "vouch"));  // only what the node itself has kept is one
  KOINON_ASSIGN(const WishedTime when, take_wished_time(request));
  KOINON_ASSIGN(SigningRequest read, read_signing_request(request));
  // Only now is somebody there who can choose another topic. When it is signed the vocabulary may be a newer
  // one.
  request.erase("strict_topics");
  return SigningQuery{std::move(read), when, std::move(request)};
}

Result<SigningQuery> read_note_query(json::object request) {
  KOINON_TRY(check_is_note(request));
  return read_signing_query(std::move(request));
}

// As any other wish, with what it withdraws in a member of its own.
Result<SigningQuery> read_withdrawal_query(json::object request) {
  json::object wish;
  for (const char* when : {"hold", "at"}) {
    if (const auto* value = request.if_contains(when)) wish[when] = *value;
    request.erase(when);
  }
  wish["withdraw"] = std::move(request);
  return read_signing_query(std::move(wish));
}

Result<json::object> read_draft(const std::string& text) {
  KOINON_ASSIGN(json::object object, parse_request(text));
  KOINON_TRY(check_is_note(object));
  return object;
}

Result<SigningQuery> read_kept_draft(const std::string& text, const WishedTime& when) {
  KOINON_ASSIGN(json::object object, read_draft(text));
  if (when.hold || when.at) {
    object.erase("hold");
    object.erase("at");
  }
  KOINON_ASSIGN(SigningQuery out, read_signing_query(std::move(object)));
  if (when.hold) out.when.hold = when.hold;
  if (when.at) out.when.at = when.at;
  return out;
}

json::object kept_request(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return error || !value.is_object() ? json::object() : std::move(value.get_object());
}

}  // namespace koinon
