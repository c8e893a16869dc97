// What a record says of the keys of its log, in plain words.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace koinon {

// One line for a list, in place of a title. Empty: the record is about something else.
std::string keys_line(const boost::json::value& summary);
// What the record itself says. Empty: nothing of keys.
std::string keys_text(const boost::json::value& record);

}  // namespace koinon
