// Members of what the API answers. What is missing, or is of another type, reads as empty, 0 or false: an
// older or newer daemon may answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace koinon {

const boost::json::value* member_of(const boost::json::value& answer, std::string_view key);
std::string text_of(const boost::json::value& answer, std::string_view key);
std::int64_t number_of(const boost::json::value& answer, std::string_view key);
bool flag_of(const boost::json::value& answer, std::string_view key);
const boost::json::array& list_of(const boost::json::value& answer, std::string_view key);

}  // namespace koinon
