// Values as forms carry them, and as the requests have them that forms are made of and become.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace koinon {

// Text as browsers send it, with the line ends that notes have.
std::string unix_lines(std::string_view text);
// "first | second", one a line, as objects of these two members; a line of nothing else is none.
boost::json::array pairs_of_lines(std::string_view text, const char* first, const char* second);
// A number where it is one that JSON can say, else the text, so that the API says what is wrong with it.
boost::json::value number_or_text(const std::string& text);
// 21000000, not 2.1E7, where that is exact.
boost::json::value json_number(double number);
// A member of a request as a form shows it: a text as it is, a number as people write it (21000000, not
// 2.1E7); empty where it is anything else.
std::string text_at(const boost::json::object& request, std::string_view key);
// What a request has under a key, or an empty one. It lives as long as the request does.
const boost::json::object& object_at(const boost::json::object& request, std::string_view key);
const boost::json::array& array_at(const boost::json::object& request, std::string_view key);
void object_at(boost::json::object&& request, std::string_view key) = delete;
void array_at(boost::json::object&& request, std::string_view key) = delete;

}  // namespace koinon
