// The form of a practice: which fields it has, and how they become a publish request and come back from one.
#pragma once

#include <map>
#include <string>

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

// What the form says, as the API takes it. Fields that are empty are left out.
boost::json::object request_of_form(const Visit& visit);
// The other way round: what a draft, or a note that is revised, puts into the form. Its time is shown in
// `zone`.
std::map<std::string, std::string> form_of_request(const boost::json::object& request, const TimeZone& zone);
// The zone in which a form with these values says its time.
TimeZone zone_of_form(const Visit& visit, const std::map<std::string, std::string>& values);
// The fields in their groups, with labels, help and values; `fault` names the one at fault, as the API does.
boost::json::array field_groups(const Visit& visit, const std::map<std::string, std::string>& values,
                                const std::string& fault, const std::string& why);
// The languages that a note may be written in, for a list to choose from.
boost::json::array note_languages(const Visit& visit, const std::string& chosen);

}  // namespace koinon
