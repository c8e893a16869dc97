// An answer that is a file. A pure function, for any thread.
#pragma once

#include <string>

#include "node/http/message.h"

namespace koinon {

// Whatever the file is and whoever named it, a browser saves it under that name and shows nothing of it.
HttpResponse file_response(const std::string& name, const std::string& bytes);

}  // namespace koinon
