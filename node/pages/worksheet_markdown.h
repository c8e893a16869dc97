// A worksheet as a Markdown file, in the reader's language. What other cities wrote is escaped in it.
#pragma once

#include <string>
#include <string_view>

#include "node/pages/page_frame.h"
#include "node/reading/worksheet_view.h"

namespace koinon {

// One line of text that no reader of Markdown or HTML takes for a mark, a tag or a link.
std::string markdown_escaped(std::string_view line);
// `they` and `we`: what the two cities are called.
std::string worksheet_markdown(const Visit& visit, const WorksheetView& view, const std::string& they,
                               const std::string& we);

}  // namespace koinon
