// The time of a call or a visit as a calendar file. Pure.
#pragma once

#include <string>

#include "node/reading/call_view.h"

namespace koinon {

// What the file says, in the language of whoever asks for it.
struct CalendarWords {
  std::string summary;
  std::string description;
  std::string url;  // of the call's page
};

// The file of the time that the two have agreed on, or have called off. Its UID is the same on all nodes, and
// its SEQUENCE grows with each reply. Addresses of mail that the two gave as their contacts stand in it.
// kNotFound: they have agreed on no time yet.
Result<std::string> call_calendar(const CallView& view, const CalendarWords& words, UnixMillis now);

// The first address of mail in a text that says how somebody is reached. Empty: there is none.
std::string mail_in(std::string_view contact);

}  // namespace koinon
