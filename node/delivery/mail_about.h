// What a mail tells of, as it waits in the outbox: which records, and what makes it the same mail at each
// attempt. Its text is made when it goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/types.h"
#include "storage/office/outbox.h"

namespace koinon {

struct MailAbout {
  std::string what;  // "at-once", or "digest " and a topic
  std::vector<RecordAt> items;
  std::string unsubscribe;  // the secret of its link
  std::string message_id;
  UnixMillis at;
  // Of a mail of what came faster than mails may: how many more there are than it names. Of the last mail of
  // a digest that went on: how many records more arrived. None: another mail.
  std::optional<std::uint64_t> more = {};
};

std::string about_text(const MailAbout& about);
// None: it is damaged.
std::optional<MailAbout> read_about(const std::string& text);

}  // namespace koinon
