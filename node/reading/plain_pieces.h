// The pieces of a hit, which are cut out of Markdown, as plain text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/search/search.h"

namespace koinon {

// `plain` takes the marks of the whole text (markdown_line, title_line). The words that match stay marked. Of
// a link that was cut in its middle the marks may stay.
std::vector<Piece> plain_pieces(const std::vector<Piece>& pieces, std::string (*plain)(std::string_view));

}  // namespace koinon
