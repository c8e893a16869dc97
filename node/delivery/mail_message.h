// Mails: RFC 5322 with a plain and an HTML part. Others wrote the texts in them, so these are made harmless
// here.
#pragma once

#include <string>
#include <vector>

#include "node/text/time_zone.h"
#include "proto/base/types.h"

namespace koinon {

struct MailItem {
  std::string title;
  std::string city;
  std::string kind;  // "question"
  std::string url;
  std::string summary;   // Markdown
  std::string language;  // of title and summary, BCP 47; may be empty
};

struct MailContent {
  std::string from;  // an address
  std::string from_name;
  std::string to;  // an address
  std::string subject;
  std::string opening;  // a sentence before the items
  std::vector<MailItem> items;
  std::string unsubscribe;  // its address; empty: nobody gets more of these
  std::string message_id;   // without <>
  UnixMillis date;
  TimeZone zone;  // in which the mail says its date
};

std::string mail_message(const MailContent& content);

// An unstructured header field, folded. If the text is not plain ASCII, it is in encoded words (RFC 2047). It
// is always exactly one field, whatever the text has in it.
std::string header_field(const std::string& name, const std::string& text);

}  // namespace koinon
