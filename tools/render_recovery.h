// What is printed of a log that is to be taken back: for people, and as JSON.
//
// Pure functions, for any thread.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "tools/inviters.h"

namespace koinon {

// What an inviter shows: the log, its statements, its latest entries.
boost::json::object shown_json(const Inviter& inviter);
std::string shown_text(const Inviter& inviter);

// What a look that shows one history says of the others.
boost::json::object beside_json(const Inviter& other, const Beside& beside);
std::string beside_text(const Inviter& other, const Beside& beside);

// Of a size that is chosen: where it cuts. `all`: that the inviter holds.
std::string kept_text(const ShownLog& shown, TreeSize all);

}  // namespace koinon
