// The JSON of requests that change something, read and checked.
#pragma once

#include <initializer_list>
#include <map>
#include <string>

#include <boost/json/object.hpp>

#include "crypto/log_state.h"
#include "node/publishing/signing_request.h"

namespace koinon {

// application/x-www-form-urlencoded; the last of equal names.
Result<std::map<std::string, std::string>> read_form(const std::string& body);
// At most limits::kJsonDepth levels deep.
Result<boost::json::object> parse_request(const std::string& body);
// Empty, or `otherwise`, where the member is missing or of another type.
std::string text_member(const boost::json::object& object, std::string_view key);
bool flag_member(const boost::json::object& object, std::string_view key, bool otherwise);
// Refuses members that are not among these, naming the first.
Status check_members(const boost::json::object& object, std::initializer_list<std::string_view> known);

// The record of a peer from its line; refuses our own.
Result<PeerRecord> peer_of_line(const std::string& line, const std::optional<LogId>& own_log,
                                const NodeKey& own_key, UnixMillis now);

// A note from a file, from fields, or both: the fields are added to what the file says.
Result<NoteFile> read_publish_request(const boost::json::object& object);
// Members: those of read_publish_request, or `withdraw` alone, with `ref`, `reason` and `erase`.
Result<SigningRequest> read_signing_request(const boost::json::object& object);
// What the desk keeps of requests that wait is such an object.
StoredRequests stored_requests();

}  // namespace koinon
