// What others wrote, made harmless as plain text. Everything that is shown is hostile input.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// One line of text as it is: without line ends, control and bidirectional formatting characters. Text that is
// not UTF-8 becomes empty.
std::string plain_line(std::string_view text);
// The same, lines kept.
std::string plain_text(std::string_view text);
// Text inside elements and quoted attributes.
std::string html_escaped(std::string_view text);
// What plain_text made, between tags; not for attributes.
void append_html(std::string& out, std::string_view clean);
// Whether a link may be followed from what we show: http, https or mailto, of characters that an address has.
bool safe_link(std::string_view url);

}  // namespace koinon
