// A time to meet, as a file that calendars read: iCalendar (RFC 5545), one VEVENT. Pure.
#pragma once

#include <chrono>
#include <string>

#include "proto/base/types.h"

namespace koinon {

// Somebody who comes, where an address is known. An address that is none is left out with its name.
struct CalendarPerson {
  std::string name;
  std::string mail;
};

struct CalendarEvent {
  std::string uid;  // the same in all files about this event
  UnixMillis stamp;
  UnixMillis start;
  std::chrono::minutes length{0};
  std::string summary;      // one line
  std::string description;  // may have several
  std::string url;          // empty: there is none
  CalendarPerson organizer = {};
  CalendarPerson attendee = {};
  unsigned sequence = 0;  // of two files that with the larger one stands
  bool cancelled = false;
};

// Lines end with CRLF and are folded at 75 octets, never within a character (section 3.1). Texts are escaped
// (3.3.11); what nobody sees is taken out of them. Times are in UTC; a time before the year 1 or after 9999
// is the nearest one that has a form.
std::string calendar_file(const CalendarEvent& event);

}  // namespace koinon
