// Makes text of others harmless as plain text. All that is shown may be hostile.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// One line of text, without line ends, control characters, bidirectional formatting characters and others
// that hide or are hidden. What makes emoji and words stays: joiners, one variation selector a character, the
// tags of a flag. Text that is not UTF-8 becomes empty.
std::string plain_line(std::string_view text);
// The same, but line ends stay.
std::string plain_text(std::string_view text);
// For text inside elements and quoted attributes.
std::string html_escaped(std::string_view text);
// Appends text that plain_text made, for a place between tags. Not for attributes.
void append_html(std::string& out, std::string_view clean);
// Whether we may show a link to this address: it is http, https or mailto, and has only characters that an
// address may have.
bool safe_link(std::string_view url);

}  // namespace koinon
