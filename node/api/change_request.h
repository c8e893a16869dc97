// Reads and checks the JSON of requests that change something.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "crypto/log_state.h"
#include "node/publishing/signing_request.h"
#include "storage/office/desk.h"

namespace koinon {

// Reads application/x-www-form-urlencoded. Of equal names the last counts.
Result<std::map<std::string, std::string>> read_form(const std::string& body);
// Takes at most limits::kJsonDepth levels.
Result<boost::json::object> parse_request(const std::string& body);
// Empty, or `otherwise`, if the member is missing or has another type.
std::string text_member(const boost::json::object& object, std::string_view key);
bool flag_member(const boost::json::object& object, std::string_view key, bool otherwise);
// Refuses members that are not among these. The error names the first.
Status check_members(const boost::json::object& object, std::initializer_list<std::string_view> known);

// Makes the record of a peer out of its line. Refuses our own line.
Result<PeerRecord> peer_of_line(const std::string& line, const std::optional<LogId>& own_log,
                                const NodeKey& own_key, UnixMillis now);

// Reads a note from a file, from fields, or from both. Fields are added to those of the file.
Result<NoteFile> read_publish_request(const boost::json::object& object);
// The texts of the refs that read_publish_request reads, in its order: also of a note that has faults.
std::vector<std::string> ref_texts(const boost::json::object& note);
// Members: those of read_publish_request, or `withdraw` alone, with `ref`, `reason` and `erase`; or `vouch`
// alone, which vouch_object has made: no request of others is read as one.
Result<SigningRequest> read_signing_request(const boost::json::object& object);
boost::json::object vouch_object(const VouchRequest& request);
// The request of a record that is held, as it was made: with its time, if somebody chose one. It has no
// members if the record is settled, or if it can no longer be read.
boost::json::object request_of_held(const HeldNote& note);
// The functions that read the requests which the desk keeps: these are such JSON objects.
StoredRequests stored_requests();

}  // namespace koinon
