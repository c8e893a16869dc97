// What others wrote, as it is shown in feeds, mails and pages.
#include "node/text/markdown.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "node/delivery/mail_message.h"
#include "node/text/plain_text.h"
#include "proto/base/types.h"

using namespace koinon;

namespace {

// Every tag is one of ours: what is between tags has no `<`.
bool is_ours(std::string_view tag) {
  constexpr std::array<std::string_view, 18> kPlain = {"p",  "em", "strong", "code", "pre",  "blockquote",
                                                       "ul", "ol", "li",     "h1",   "h2",   "h3",
                                                       "h4", "h5", "h6",     "a",    "br /", "hr /"};
  constexpr std::array<std::string_view, 14> kOfTables = {"table",
                                                          "thead",
                                                          "tbody",
                                                          "tr",
                                                          "th",
                                                          "td",
                                                          "div",
                                                          "div class=\"scroll\" tabindex=\"0\"",
                                                          "th scope=\"col\"",
                                                          "th scope=\"col\" class=\"left\"",
                                                          "th scope=\"col\" class=\"center\"",
                                                          "th scope=\"col\" class=\"right\"",
                                                          "td class=\"left\"",
                                                          "td class=\"center\""};
  if (tag.starts_with('/')) tag.remove_prefix(1);
  if (std::find(kOfTables.begin(), kOfTables.end(), tag) != kOfTables.end()) return true;
  if (tag == "td class=\"right\"" || tag == "li class=\"task\"" || tag == "p lang=\"en\" dir=\"ltr\"")
    return true;
  if (std::find(kPlain.begin(), kPlain.end(), tag) != kPlain.end()) return true;
  if (!tag.ends_with('"') || std::count(tag.begin(), tag.end(), '"') != 2) return false;
  std::string folded(tag);
  for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return folded.starts_with("ol start=\"") || folded.starts_with("a href=\"http://") ||
         folded.starts_with("a href=\"https://") || folded.starts_with("a href=\"mailto:");
}

bool is_harmless(std::string_view html) {
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const auto end = html.find('>', at);
    if (end == std::string_view::npos || !is_ours(html.substr(at + 1, end - at - 1))) return false;
  }
  return html.find("\u202E") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  if (!is_harmless(markdown_html(input))) std::abort();
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
