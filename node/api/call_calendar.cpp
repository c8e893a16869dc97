#include "node/api/call_calendar.h"

#include <algorithm>

#include "node/text/calendar_file.h"
#include "node/text/mail_address.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

// As the asked city said it last.
std::string asked_contact(const CallView& view) {
  std::string out;
  for (const CallWordView& word : view.words) {
    if (view.parties.asked == word.log && !word.reply.contact().empty()) out = word.reply.contact();
  }
  return out;
}

}  // namespace

std::string mail_in(std::string_view contact) {
  constexpr std::string_view kAround = " \t\n<>()[],;:\"";
  constexpr std::string_view kEnds = ".!?";
  for (std::size_t begin = 0; begin < contact.size();) {
    const std::size_t end = std::min(contact.find_first_of(kAround, begin), contact.size());
    std::string word(contact.substr(begin, end - begin));
    while (!word.empty() && kEnds.find(word.back()) != std::string_view::npos) word.pop_back();
    if (check_mail_address(word, "contact").ok()) return word;
    begin = end + 1;
  }
  return {};
}

Result<std::string> call_calendar(const CallView& view, const CalendarWords& words, UnixMillis now) {
  const auto& time = view.state.agreed ? view.state.agreed : view.state.called_off;
  if (!time)
    return fail(Code::kNotFound, Sentence{"call.no_time", "the two cities have agreed on no time yet"},
                "ref");
  CalendarEvent event;
  event.uid = to_hex(view.leaf.view()) + "@koinon";
  event.stamp = std::min(view.changed_at, now);
  event.start = time->start;
  event.length = time->length;
  event.summary = words.summary;
  event.description = words.description;
  event.url = words.url;
  event.organizer = {view.asker, mail_in(view.call.contact())};
  event.attendee = {view.asked, mail_in(asked_contact(view))};
  event.sequence = view.changes;
  event.cancelled = !view.state.agreed;
  return calendar_file(event);
}

}  // namespace koinon
