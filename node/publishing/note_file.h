// A note as people write it in files and mails: TOML front matter between +++ lines, then Markdown.
//
// The keys of the front matter are the fields of the proto (koinon/v1/record.proto). Fields of the entry:
// `kind` (without it, a practice), `language`, `topics`, `to`. Fields of the author: `office`, `person`. All
// fields of the content's message. And refs by their role, as CITY/NUMBER: `derives_from`, `revises`,
// `translates`, `adopts`, `about`, `answers`, `points_to`, `proposes_to`, `accepts`. In a practice a
// level-two heading with the name of a section begins this section. The first paragraph is the summary,
// unless `summary` is given. Text outside such sections belongs to the solution. An unknown key is an error
// that names it, and the nearest one.
// `[[attachments]]` names a file by its `sha256`; one that is given along needs only its `name`.
#pragma once

#include <string>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct NamedRef {
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::string ref;  // CITY/NUMBER
};

struct NoteFile {
  v1::Kind kind = v1::KIND_PRACTICE;
  std::string language;
  std::vector<std::string> topics;  // slugs, with aliases replaced
  std::vector<std::string> to;      // cities
  std::vector<NamedRef> refs;
  v1::Body body;  // without salt
  std::vector<std::string> warnings;
};

// Adds a topic as somebody typed it. An alias is replaced. A topic that is not listed leaves a warning with
// the nearest listed one.
Status add_topic(NoteFile& note, std::string_view typed);
// Takes at most limits::kNoteFileBytes of UTF-8. Errors name the field at fault.
Result<NoteFile> parse_note_file(BytesView text);
// The inverse: parse_note_file reads the same note back.
std::string format_note_file(const NoteFile& note);

// The role of a front matter key such as `derives_from`. Unspecified: the key names no role.
v1::RefRole role_of_key(std::string_view key);

}  // namespace koinon
