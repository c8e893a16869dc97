// What people wrote, made harmless for feeds, mails and pages. Everything that is shown is hostile input.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// CommonMark as HTML: raw HTML dropped, links to http, https and mailto only (others keep their text), images
// as links, control and bidirectional formatting characters gone.
std::string markdown_html(std::string_view text);
// CommonMark as plain text with its structure, for mail.
std::string markdown_text(std::string_view text);
// One line of text as it is: without line ends, control and bidirectional formatting characters.
std::string plain_line(std::string_view text);
// The same, lines kept.
std::string plain_text(std::string_view text);
// Text inside elements and quoted attributes.
std::string html_escaped(std::string_view text);
// Whether a link may be followed from what we show: http, https or mailto, of characters that an address has.
bool safe_link(std::string_view url);

}  // namespace koinon
