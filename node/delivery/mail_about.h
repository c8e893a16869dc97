// What the outbox keeps of a waiting mail: which records it tells of, and what makes it the same mail at each
// attempt. Its text is made when it is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/types.h"
#include "storage/office/outbox.h"

namespace koinon {

struct MailAbout {
  std::string what;            // what office_mail.h names, or "digest " and a topic
  std::vector<Arrived> items;  // in a mail of an older version the arrivals are 0
  std::string unsubscribe;     // the secret of its link
  std::string message_id;
  UnixMillis at;
  // In a mail for notes that had to wait: how many more there are than it names. In the last mail of a digest
  // that went on: how many more records arrived. Nothing: any other mail.
  std::optional<std::uint64_t> more = {};
};

std::string about_text(const MailAbout& about);
// Nothing: the text is damaged.
std::optional<MailAbout> read_about(const std::string& text);

}  // namespace koinon
