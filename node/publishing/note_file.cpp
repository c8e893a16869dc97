#include "node/publishing/note_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <sstream>

#include <boost/url/parse.hpp>

#include "node/publishing/front_matter.h"
#include "node/publishing/note_sections.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "proto/codec/ref.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

using google::protobuf::Message;

struct RoleKey {
  std::string_view key;
  v1::RefRole role;
};
constexpr std::array<RoleKey, 9> kRoleKeys = {{{"derives_from", v1::REF_ROLE_DERIVES_FROM},
                                               {"revises", v1::REF_ROLE_REVISES},
                                               {"translates", v1::REF_ROLE_TRANSLATES},
                                               {"adopts", v1::REF_ROLE_ADOPTS},
                                               {"about", v1::REF_ROLE_ABOUT},
                                               {"answers", v1::REF_ROLE_ANSWERS},
                                               {"points_to", v1::REF_ROLE_POINTS_TO},
                                               {"proposes_to", v1::REF_ROLE_PROPOSES_TO},
                                               {"accepts", v1::REF_ROLE_ACCEPTS}}};

// The content message of a kind that an office may write. Null for other kinds.
Message* content_of(v1::Body& body, v1::Kind kind) {
  switch (kind) {
    case v1::KIND_PROFILE:
      return body.mutable_profile();
    case v1::KIND_PRACTICE:
      return body.mutable_practice();
    case v1::KIND_ADOPTION:
      return body.mutable_adoption();
    case v1::KIND_QUESTION:
      return body.mutable_question();
    case v1::KIND_ANSWER:
      return body.mutable_answer();
    case v1::KIND_NODE_NOTICE:
      return body.mutable_node_notice();
    case v1::KIND_CALL:
      return body.mutable_call();
    case v1::KIND_CALL_REPLY:
      return body.mutable_call_reply();
    case v1::KIND_PROPOSAL:
      return body.mutable_proposal();
    case v1::KIND_PROPOSAL_REPLY:
      return body.mutable_proposal_reply();
    default:
      return nullptr;
  }
}

// Cuts the file into front matter and text.
struct Parts {
  std::string_view front;
  std::string_view text;
};
Result<Parts> split_file(std::string_view file) {
  const Error missing =
      fail(Code::kInvalidArgument,
           "a note begins with a line +++, then its title, language and topics, then +++", "front matter");
  if (file.substr(0, 3) == "\xEF\xBB\xBF") file.remove_prefix(3);
  const auto first_end = file.find('\n');
  if (first_end == std::string_view::npos || file.substr(0, 3) != "+++") return missing;
  for (auto at = first_end; at != std::string_view::npos; at = file.find('\n', at + 1)) {
    if (file.substr(at + 1, 3) != "+++") continue;
    const auto rest = file.substr(at + 4);
    const auto line_end = rest.find('\n');
    if (rest.substr(0, line_end).find_first_not_of(" \t\r") != std::string_view::npos) continue;
    return Parts{file.substr(first_end + 1, at - first_end),
                 line_end == std::string_view::npos ? std::string_view() : rest.substr(line_end + 1)};
  }
  return missing;
}

Result<std::vector<std::string>> texts(const toml::node& value, const std::string& key) {
  std::vector<std::string> out;
  if (const auto one = value.value<std::string>(); value.is_string() && one)
    return std::vector<std::string>{*one};
  const toml::array* list = value.as_array();
  const Error error = fail(Code::kInvalidArgument, "it should be a list of texts", key);
  if (list == nullptr) return error;
  for (const toml::node& item : *list) {
    const auto text = item.value<std::string>();
    if (!item.is_string() || !text) return error;
    out.push_back(*text);
  }
  return out;
}

Status read_topics(NoteFile& note, const toml::node& value) {
  KOINON_ASSIGN(const auto typed, texts(value, "topics"));
  for (const std::string& topic : typed) KOINON_TRY(add_topic(note, topic));
  return {};
}

// The keys that are no fields of the content.
std::vector<std::string> entry_keys() {
  std::vector<std::string> out{"kind", "language", "topics", "to", "office", "person"};
  for (const RoleKey& role : kRoleKeys) out.emplace_back(role.key);
  return out;
}

Status read_key(NoteFile& note, const std::string& key, const toml::node& value) {
  if (key == "kind") return {};  // read before the others
  if (key == "topics") return read_topics(note, value);
  if (key == "to") {
    KOINON_ASSIGN(note.to, texts(value, key));
    return {};
  }
  if (key == "language") {
    if (!value.is_string()) return fail(Code::kInvalidArgument, "it should be a text between quotes", key);
    note.language = *value.value<std::string>();
    return {};
  }
  if (key == "office" || key == "person") return set_field(*note.body.mutable_author(), key, value);
  if (const v1::RefRole role = role_of_key(key); role != v1::REF_ROLE_UNSPECIFIED) {
    KOINON_ASSIGN(const auto refs, texts(value, key));
    for (const auto& ref : refs) {
      const auto parsed = parse_ref(ref);
      if (!parsed.ok()) return again_as(Code::kInvalidArgument, parsed.error(), key);
      note.refs.push_back({role, ref});
    }
    return {};
  }
  return set_field(*content_of(note.body, note.kind), key, value, entry_keys());
}

Status read_kind(NoteFile& note, const toml::table& table) {
  if (const toml::node* kind = table.get("kind"); kind != nullptr) {
    const auto parsed = parse_kind(kind->value<std::string>().value_or(""));
    if (!parsed.ok()) return parsed.error();
    note.kind = *parsed;
  }
  if (content_of(note.body, note.kind) == nullptr) {
    return fail(
        Code::kInvalidArgument,
        "a note is a practice, adoption, question, answer, call, call-reply, proposal, proposal-reply, "
        "profile or node-notice",
        "kind");
  }
  return {};
}

// The field for the text of a kind without sections.
std::string* text_field(NoteFile& note) {
  switch (note.kind) {
    case v1::KIND_ADOPTION:
      return note.body.mutable_adoption()->mutable_changes();
    case v1::KIND_QUESTION:
      return note.body.mutable_question()->mutable_text();
    case v1::KIND_ANSWER:
      return note.body.mutable_answer()->mutable_text();
    case v1::KIND_NODE_NOTICE:
      return note.body.mutable_node_notice()->mutable_text();
    case v1::KIND_CALL:
      return note.body.mutable_call()->mutable_text();
    case v1::KIND_CALL_REPLY:
      return note.body.mutable_call_reply()->mutable_text();
    case v1::KIND_PROPOSAL:
      return note.body.mutable_proposal()->mutable_text();
    case v1::KIND_PROPOSAL_REPLY:
      return note.body.mutable_proposal_reply()->mutable_reason();
    default:
      return nullptr;
  }
}

Status read_text(NoteFile& note, std::string_view text) {
  if (note.kind == v1::KIND_PRACTICE) {
    read_sections(*note.body.mutable_practice(), text);
    return {};
  }
  const std::string trimmed = trim_blank_lines(text);
  if (trimmed.empty()) return {};
  std::string* field = text_field(note);
  if (field == nullptr)
    return fail(Code::kInvalidArgument, "a profile has no text after its front matter", "text");
  *field += (field->empty() ? "" : "\n\n") + trimmed;
  return {};
}

}  // namespace

v1::RefRole role_of_key(std::string_view key) {
  for (const auto& [known, role] : kRoleKeys) {
    if (known == key) return role;
  }
  return v1::REF_ROLE_UNSPECIFIED;
}

Status add_topic(NoteFile& note, std::string_view typed) {
  const Vocabulary& vocabulary = Vocabulary::builtin();
  std::string slug = vocabulary.canonical(plain_line(typed));
  KOINON_TRY(check_topic(slug));
  if (vocabulary.find(slug) == nullptr) {
    note.warnings.push_back("the topic " + slug + " is not in the vocabulary; the nearest listed one is " +
                            vocabulary.nearest(slug));
  }
  note.topics.push_back(std::move(slug));
  return {};
}

Result<NoteFile> parse_note_file(BytesView file) {
  if (file.size() > limits::kNoteFileBytes)
    return fail(Code::kTooLarge, "a note file has at most 4 MiB", "file");
  if (!is_utf8(file))
    return fail(Code::kMalformed, "the file is not UTF-8; save it as UTF-8 and try again", "file");
  if (file.find('\0') != BytesView::npos)
    return fail(Code::kMalformed, "the file holds a NUL character", "file");
  std::string text;  // with Unix line ends in place of Windows ones
  for (const char c : file) {
    if (c != '\r') text += c;
  }
  KOINON_ASSIGN(const Parts parts, split_file(text));
  KOINON_ASSIGN(const toml::table table, parse_toml(parts.front, "front matter", 2));
  NoteFile note;
  KOINON_TRY(read_kind(note, table));
  for (const auto& [key, value] : table) KOINON_TRY(read_key(note, std::string(key.str()), value));
  KOINON_TRY(read_text(note, parts.text));
  return note;
}

std::string format_note_file(const NoteFile& note) {
  v1::Body body = note.body;
  std::string text;
  if (note.kind == v1::KIND_PRACTICE) {
    text = take_sections(*body.mutable_practice(), note.language);
  } else {
    NoteFile copy = note;
    if (std::string* field = text_field(copy); field != nullptr) text = *field;
    if (text_field(copy) != nullptr) {
      NoteFile cleared = note;
      text_field(cleared)->clear();
      body = cleared.body;
    }
  }
  // Scalars must come before tables. Otherwise TOML would read them as part of the last table.
  toml::table head;
  if (note.kind != v1::KIND_PRACTICE) head.insert("kind", std::string(kind_name(note.kind)));
  head.insert("language", note.language);
  toml::array topics;
  for (const auto& topic : note.topics) topics.push_back(topic);
  if (!topics.empty()) head.insert("topics", std::move(topics));
  toml::array to;
  for (const auto& city : note.to) to.push_back(city);
  if (!to.empty()) head.insert("to", std::move(to));
  for (const auto& [key, role] : kRoleKeys) {
    toml::array refs;
    for (const auto& ref : note.refs) {
      if (ref.role == role) refs.push_back(ref.ref);
    }
    if (!refs.empty()) head.insert(key, std::move(refs));
  }
  for (auto&& [key, value] : to_table(body.author())) head.insert(key, value);
  for (auto&& [key, value] : to_table(*content_of(body, note.kind))) head.insert(key, value);
  std::ostringstream out;
  // Each string is on one line. A line of a text that begins with +++ would end the front matter.
  const auto flags = toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings &
                     ~toml::format_flags::allow_multi_line_strings;
  out << "+++\n"
      << toml::toml_formatter(head, flags) << "\n+++\n"
      << text << (text.empty() || text.back() == '\n' ? "" : "\n");
  return out.str();
}

}  // namespace koinon
