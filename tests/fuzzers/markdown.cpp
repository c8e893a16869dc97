// What others wrote, as it is shown in feeds, mails and pages.
#include "node/text/markdown.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "node/delivery/mail_message.h"
#include "node/text/plain_text.h"
#include "proto/base/types.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const std::string html = markdown_html(input);
  for (const char* bad : {"<script", "<img", "<svg", "href=\"javascript", "href=\"data", "\u202E"}) {
    if (html.find(bad) != std::string::npos) std::abort();
  }
  (void)markdown_text(input);
  if (html_escaped(input).find('<') != std::string::npos) std::abort();
  // One header field: every line but the first is a continuation.
  const std::string field = header_field("Subject", std::string(input));
  for (auto at = field.find("\r\n"); at != std::string::npos && at + 2 < field.size();
       at = field.find("\r\n", at + 2)) {
    if (field[at + 2] != ' ') std::abort();
  }
  return 0;
}
