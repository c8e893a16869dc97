// The API's JSON as text for a terminal. Text of others is made plain first (node/text/plain_text.h).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "proto/base/types.h"

namespace koinon {

// Plain text, with line ends only if `lines`. Bytes that are not UTF-8 become replacement characters.
std::string harmless(std::string_view text, bool lines = false);

// A member as text; empty if it is missing.
std::string member(const boost::json::value& object, std::string_view key);

// A list of texts as one, with `separator` between them; empty if it is missing.
std::string joined(const boost::json::value& object, std::string_view key, std::string_view separator);

// Adds a line: the label, in its column, and the value. None where the value is empty.
void add_field(std::string& out, std::string_view label, const std::string& value);

// How many entries: "1 entry", "6 entries".
std::string counted(TreeSize size);

// A file of a record, in one line; in a second one, what the picture shows.
std::string attachment_line(const boost::json::value& file);

// One line for each item, with its members side by side.
std::string render_lines(const boost::json::value& list, std::initializer_list<const char*> members);

std::string render_list(const boost::json::value& page);
std::string standing_of(const boost::json::value& record);
std::string render_line(const boost::json::value& record);
std::string render_record(const boost::json::value& record);
std::string render_cities(const boost::json::value& page);
std::string render_peers(const boost::json::value& page);
std::string render_witness(const boost::json::value& witness);  // one line
std::string render_status(const boost::json::value& status);
// A node key that waits, in one sentence.
std::string render_node_key_wait(const boost::json::value& wait);
std::string render_clock(const boost::json::value& clock);
std::string render_standing(const boost::json::value& standing);
std::string render_subscriptions(const boost::json::value& subscriptions);
std::string render_explanation(const boost::json::value& explanation);

}  // namespace koinon
