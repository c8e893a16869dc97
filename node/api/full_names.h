// Rewrites the names of cities in requests that are signed later, so that they still mean the same logs then.
#pragma once

#include <boost/json/object.hpp>

#include "node/reading/directory.h"

namespace koinon {

// In the members of read_publish_request, writes each city in `refs`, in `to` and in the front matter of
// `file` as NAME~ and the beginning of its log id. A name alone may mean another log when the note is signed.
// Our own log keeps its short name, which nobody can take. A file that names other cities is written anew by
// format_note_file. All else stays. Fails like Directory::find_city. kTooLarge: the new file would be too
// large to be read again. Takes time like reading the request. On the thread of the directory.
Result<boost::json::object> with_full_names(boost::json::object request, Directory& directory,
                                            const LogId& own);

}  // namespace koinon
