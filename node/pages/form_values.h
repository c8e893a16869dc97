// Values as forms carry them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace koinon {

// Text as browsers send it, with the line ends that notes have.
std::string unix_lines(std::string_view text);
// "first | second", one a line, as objects of these two members; a line of nothing else is none.
boost::json::array pairs_of_lines(std::string_view text, const char* first, const char* second);
// A number where it is one that JSON can say, else the text, so that the API says what is wrong with it.
boost::json::value number_or_text(const std::string& text);
// As people write it: 21000000, not 2.1E7. Empty for 0, which a message of the protocol does not tell from
// nothing.
std::string number_text(double number);

}  // namespace koinon
