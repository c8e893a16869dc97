// Calls and visits as pages show them: models for templates/call_*.mustache.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "node/api/calls_api.h"
#include "node/pages/page_frame.h"

namespace koinon {

// All of a call: where it stands, its times by the clocks of both cities, what came of it, what was said, and
// what this visitor may press. `may_publish`: whether they may say something in the name of the city.
boost::json::object call_model(PageFrame& frame, const Visit& visit, const CallView& call, bool may_publish);
// In a line or two, beside the practice that it is about.
boost::json::object talk_model(PageFrame& frame, const Visit& visit, const CallView& call);
// For the desk: the calls of which our city has not said what came of them, and those that are to come.
void put_desk_calls(PageFrame& frame, const Visit& visit, const std::vector<CallItem>& calls,
                    bool may_publish, boost::json::object& model);

// "Call", "Visit"; of another form that some city says, both.
std::string call_form_name(const Visit& visit, const v1::Call& call);
// "30 minutes", "2 hours", "3 days".
std::string length_text(const Visit& visit, std::chrono::minutes length);
// "Seoul: Thursday, May 7, 2026 at 9:00 AM (South Korea Time)".
std::string place_text(const Visit& visit, const std::string& city_name, UnixMillis time,
                       const TimeZone& zone);

}  // namespace koinon
