// What mails say of calls and visits: their times by the clocks of both cities, and where the calendar's file
// is. English, as all mails.
#pragma once

#include <string>

#include "node/reading/call_view.h"

namespace koinon {

// What a reply is called, which has no title: "Yes to: Staff at the sites".
std::string reply_title(const CallView& call, const v1::CallReply& reply);
// Markdown. `url`: where the pages are, before the path.
std::string call_lines(const CallView& call, const std::string& url);

}  // namespace koinon
