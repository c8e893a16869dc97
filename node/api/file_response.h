// Answers that are files. Pure functions, for any thread.
#pragma once

#include <string>

#include "node/http/message.h"

namespace koinon {

// Whatever the file is and whoever named it, a browser saves it under that name and shows nothing of it.
HttpResponse file_response(const std::string& name, const std::string& bytes);
// A calendar file that this node wrote: calendars open it.
HttpResponse calendar_response(std::string text);

}  // namespace koinon
