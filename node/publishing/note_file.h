// A note as people write it on disk and in mail: TOML front matter between +++ lines, then Markdown.
//
// The keys of the front matter are the fields of the proto (koinon/v1/record.proto): of the entry `kind`
// (practice if it isn't said), `language`, `topics`, `to`; of the author `office`, `person`; of the content
// whatever its message has; and refs by role (`derives_from`, `revises`, `translates`, `adopts`, `about`,
// `answers`, `points_to`) as CITY/NUMBER. In a practice, level-two headings named after a section fill it,
// the first paragraph is the summary unless `summary` is given, and text outside such headings belongs to
// the solution. An unknown key is an error that names it.
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
  std::vector<std::string> topics;  // slugs: aliases are replaced
  std::vector<std::string> to;      // cities
  std::vector<NamedRef> refs;
  v1::Body body;  // without salt
  std::vector<std::string> warnings;
};

// As it was typed: an alias is replaced, an unlisted topic leaves a warning that names the nearest listed
// one.
Status add_topic(NoteFile& note, std::string_view typed);
// At most limits::kNoteFileBytes of UTF-8. Errors name the field at fault.
Result<NoteFile> parse_note_file(BytesView text);
// The inverse: parsing what this gives yields the same note.
std::string format_note_file(const NoteFile& note);

// The role that a front matter key such as `derives_from` names; unspecified if none.
v1::RefRole role_of_key(std::string_view key);

}  // namespace koinon
