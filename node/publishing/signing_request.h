// What somebody asks this city to sign, once its form is right. How a request is written, in JSON or in a
// form of a page, is not known here.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "node/publishing/note_file.h"
#include "proto/base/result.h"

namespace koinon {

struct NoteRequest {
  NoteFile note;
  bool is_file = false;  // the note was written as a file, whose language is what the file says
  bool again = false;    // publish it even where the same text stands already
};

struct WithdrawalRequest {
  std::string ref;     // of a record of ours, as people write it
  std::string reason;  // may be empty
  bool erase = false;
};

using SigningRequest = std::variant<NoteRequest, WithdrawalRequest>;

// Reads what the desk keeps of requests that wait. Whoever writes these texts gives the functions.
struct StoredRequests {
  // Fails with what is wrong with the request.
  std::function<Result<SigningRequest>(const std::string& text)> read;
  // Whether it asks for a note, so that the text can become a draft. True also where `read` finds faults in
  // it.
  std::function<bool(const std::string& text)> can_be_draft;
};

}  // namespace koinon
