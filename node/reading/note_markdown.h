// A note as one text. Pure.
#pragma once

#include <string>

#include "koinon/v1/record.pb.h"

namespace koinon {

// The note as Markdown with its sections, as feeds, mails and pages show it. Headings are in `language`.
std::string note_markdown(const v1::Body& body, const std::string& language);

}  // namespace koinon
