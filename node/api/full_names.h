// Requests that are signed later name their cities so that they still mean the same logs then.
#pragma once

#include <boost/json/object.hpp>

#include "node/reading/directory.h"

namespace koinon {

// The members of read_publish_request with every city in `refs`, in `to` and in the front matter of `file` as
// NAME~ and the beginning of its log id: a bare name may belong to another log by the time it is signed. Our
// own log keeps its bare name, which nobody can take. A file that names others is written anew, as
// format_note_file has it. Anything else stays. Fails with what Directory::find_city says, and with
// kTooLarge where the file is then too large to be read again. As linear as reading the request; on the
// thread of the directory.
Result<boost::json::object> with_full_names(boost::json::object request, Directory& directory,
                                            const LogId& own);

}  // namespace koinon
