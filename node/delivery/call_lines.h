// What mails say of calls and visits: their times by the clocks of both cities, and where the calendar's file
// is. English, as all mails.
#pragma once

#include <string>

#include "node/reading/call_view.h"

namespace koinon {

// What a reply of a city is called, which has no title: "Yes to: Staff at the sites". What counts as none is
// called a reply alone: that of a third city, and a yes to a time that was not offered.
std::string reply_title(const CallView& call, const LogId& by, const v1::CallReply& reply);
// Markdown. `url`: where the pages are, before the path.
std::string call_lines(const CallView& call, const std::string& url);

}  // namespace koinon
