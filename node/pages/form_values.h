// Values as forms carry them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace koinon {

std::string trimmed(std::string_view text);
// What stands between separators, trimmed; nothing where nothing stands.
std::vector<std::string> split(std::string_view text, char separator);
// Text as browsers send it, with the line ends that notes have.
std::string unix_lines(std::string_view text);
// A number where it is one, else the text, so that the API says what is wrong with it.
boost::json::value number_or_text(const std::string& text);

}  // namespace koinon
