// Rules for single fields of a note, which notes of several kinds share.
//
// Any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "node/publishing/note_file.h"

namespace koinon {

// Everything that is wrong, in the order in which it was looked at, so that a writer mends it in one go. It
// keeps at most limits::kFaultsTold.
class Faults {
 public:
  void take(const Status& status);
  Status all() &&;

 private:
  std::vector<Error> found_;
};

// An empty value is allowed.
Status check_one_of(const std::string& value, std::initializer_list<std::string_view> allowed,
                    const std::string& field);
Status check_length(const std::string& text, std::size_t most, const std::string& field);
// Whether a reader may be sent to this address. An empty one is allowed.
Status check_url(const std::string& url, const std::string& field);
// ISO 8601, as exact as it is known: 2020, 2020-03, 2020-03-17. An empty one is allowed.
Status check_date(const std::string& date, const std::string& field);
bool has_role(const NoteFile& note, v1::RefRole role);

}  // namespace koinon
