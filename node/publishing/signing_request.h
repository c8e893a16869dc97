// A well-formed request to this city to sign something. How the request is written, as JSON or as a form of a
// page, is not known here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "node/publishing/note_file.h"
#include "proto/base/result.h"
#include "storage/office/desk.h"

namespace koinon {

struct NoteRequest {
  NoteFile note;
  bool is_file = false;        // the note was written as a file; the file states the language
  bool again = false;          // publish it even if the same text is already published
  bool strict_topics = false;  // refuse a topic that is a slip of a listed one; else a warning says so
};

struct WithdrawalRequest {
  std::string ref;     // the ref of a record of ours, as people write it
  std::string reason;  // may be empty
  bool erase = false;
};

// A decision of an operator about trust. Only what the node keeps itself is read as one.
struct VouchRequest {
  std::string city;        // its log id, as text
  bool withdrawn = false;  // take the vouch back
  UnixMillis asked_at;     // the vouch counts from then on
};

using SigningRequest = std::variant<NoteRequest, WithdrawalRequest, VouchRequest>;

// Reads the requests that the desk keeps as text. The functions come from the code that writes these texts.
struct StoredRequests {
  // The error says what is wrong with the request.
  std::function<Result<SigningRequest>(const std::string& text)> read;
  // What was asked for as a draft, with its time if somebody chose one. Also if `read` would find faults in
  // it. Nothing: it is no note, or can no longer be read.
  std::function<std::optional<std::string>(const HeldNote& note)> draft_of;
};

}  // namespace koinon
