// A note as the texts that it is made of, for feeds and previews.
#pragma once

#include <string>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "node/reading/rendered_texts.h"

namespace koinon {

struct NotePart {
  std::string name;  // of its section, in the note's language; empty: no heading stands above it
  std::string text;  // Markdown
};

// The parts in the order in which they are read. Parts without text are left out. Pure.
std::vector<NotePart> note_parts(const v1::Body& body, const std::string& language);
// Keeps the first `most` bytes of Markdown, up to the end of a paragraph. Returns whether that left any out.
bool shorten(std::vector<NotePart>& parts, std::size_t most);
// As HTML, below a heading of the level `above`. Each part is rendered by itself: a fence that never ends, or
// a heading of a high level, reaches no further than its part. Any thread.
std::string note_html(RenderedTexts& texts, const std::vector<NotePart>& parts, unsigned above);

}  // namespace koinon
