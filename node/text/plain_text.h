// Makes text of others harmless as plain text. All that is shown may be hostile.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// This is the one rule of what is shown, exported and signed. One line of text, without control characters,
// bidirectional formatting characters, and others that hide or that nobody sees. What changes how its
// neighbours look stays: joiners in emoji, and in scripts whose letters join; one variation selector behind a
// character that has another form; the tags of a flag. Line ends of any kind become spaces. Text that is not
// UTF-8 becomes empty. What is plain already is not changed.
std::string plain_line(std::string_view text);
// The same, but line feeds and tabs stay.
std::string plain_text(std::string_view text);
// For text inside elements and quoted attributes.
std::string html_escaped(std::string_view text);
// Appends text that plain_text made, for a place between tags. Not for attributes.
void append_html(std::string& out, std::string_view clean);
// Whether we may show a link to this address: it is http, https or mailto, and has only characters that an
// address may have.
bool safe_link(std::string_view url);

}  // namespace koinon
