#include "node/text/calendar_file.h"

#include <string_view>

#include "node/text/mail_address.h"
#include "node/text/plain_text.h"
#include "node/text/time_text.h"

namespace koinon {
namespace {

constexpr std::size_t kLineOctets = 75;  // without the line end

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// A line that goes on begins with a blank, which counts.
void add_line(std::string& out, const std::string& line) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at + 1;
    while (end < line.size() && continues_character(line[end])) ++end;
    if (used + (end - at) > kLineOctets) {
      out += "\r\n ";
      used = 1;
    }
    out.append(line, at, end - at);
    used += end - at;
    at = end;
  }
  out += "\r\n";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : plain_text(text)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || c == ';' || c == ',') {
      out += '\\';
      out += c;
    } else {
      out += c == '\t' ? ' ' : c;
    }
  }
  return out;
}

// 20261201T150000Z
std::string time_value(UnixMillis time) {
  std::string out;
  for (const char c : time_text(time)) {
    if (c != '-' && c != ':') out += c;
  }
  return out;
}

// A parameter's text between quotes cannot have quotes (section 3.2).
std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : plain_line(name)) out += c == '"' ? '\'' : c;
  return out + "\"";
}

// What has a meaning of its own in such an address is written as its number (RFC 6068).
std::string mailto(const std::string& mail) {
  std::string out = "mailto:";
  for (const char c : mail) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '&' || c == '#' || c == '/') {
      out += '%';
      out += kDigits[value >> 4U];
      out += kDigits[value & 0xFU];
    } else {
      out += c;
    }
  }
  return out;
}

void add_person(std::string& out, const std::string& property, const CalendarPerson& person) {
  if (person.mail.empty() || !check_mail_address(person.mail, "mail").ok()) return;
  add_line(out,
           property + (person.name.empty() ? "" : ";CN=" + quoted(person.name)) + ":" + mailto(person.mail));
}

}  // namespace

std::string calendar_file(const CalendarEvent& event) {
  std::string out;
  const UnixMillis end{event.start.value + std::chrono::milliseconds(event.length).count()};
  add_line(out, "BEGIN:VCALENDAR");
  add_line(out, "VERSION:2.0");
  add_line(out, "PRODID:-//Koinon//Calls//EN");
  add_line(out, "METHOD:PUBLISH");
  add_line(out, "BEGIN:VEVENT");
  add_line(out, "UID:" + escaped(plain_line(event.uid)));
  add_line(out, "SEQUENCE:" + std::to_string(event.sequence));
  add_line(out, "DTSTAMP:" + time_value(event.stamp));
  add_line(out, "DTSTART:" + time_value(event.start));
  add_line(out, "DTEND:" + time_value(end));
  add_line(out, std::string("STATUS:") + (event.cancelled ? "CANCELLED" : "CONFIRMED"));
  add_line(out, "SUMMARY:" + escaped(plain_line(event.summary)));
  if (!event.description.empty()) add_line(out, "DESCRIPTION:" + escaped(event.description));
  if (safe_link(event.url)) add_line(out, "URL:" + event.url);
  add_person(out, "ORGANIZER", event.organizer);
  add_person(out, "ATTENDEE", event.attendee);
  add_line(out, "END:VEVENT");
  add_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace koinon
