#include "node/publishing/note_sections.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "node/text/fence.h"
#include "node/text/markdown.h"
#include "proto/base/ascii.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

struct Section {
  std::string_view name;  // in the vocabulary
  std::string* (v1::Practice::*field)();
};
// In the order in which a note is written.
constexpr std::array<Section, 9> kSections = {{{"core", &v1::Practice::mutable_core},
                                               {"adaptable", &v1::Practice::mutable_adaptable},
                                               {"challenge", &v1::Practice::mutable_challenge},
                                               {"solution", &v1::Practice::mutable_solution},
                                               {"results", &v1::Practice::mutable_results},
                                               {"went_wrong", &v1::Practice::mutable_went_wrong},
                                               {"not_again", &v1::Practice::mutable_not_again},
                                               {"lessons", &v1::Practice::mutable_lessons},
                                               {"conditions", &v1::Practice::mutable_conditions}}};

// Null: the vocabulary has a section that no practice has.
std::string* section_field(v1::Practice& practice, std::string_view name) {
  for (const Section& section : kSections) {
    if (section.name == name) return (practice.*section.field)();
  }
  return nullptr;
}

// The section that a line opens. Nothing: it is not a level-two heading with the name of a section.
std::optional<std::string> heading_section(std::string_view line) {
  if (!line.starts_with("## ")) return std::nullopt;
  std::string label = trimmed(line.substr(3));
  label.erase(label.find_last_not_of("# \t\r\n") + 1);
  return Vocabulary::builtin().section(label);
}

void append(std::string& field, std::string_view text) {
  const std::string clean = trim_blank_lines(text);
  if (!clean.empty()) field += (field.empty() ? "" : "\n\n") + clean;
}

// Of a text that is too deep for the reader's tree: the lines between fences.
MarkdownCode fenced_code(std::string_view text) {
  MarkdownCode out;
  Fence fence;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = fence.take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    out.blocks += line == Fence::Line::kOpens ? 1 : 0;
    out.lines.push_back(line == Fence::Line::kCode);
  }
  return out;
}

MarkdownCode code_of(std::string_view text) {
  auto code = markdown_code(text);
  return code ? std::move(*code) : fenced_code(text);
}

// Visits the lines, each with its line end and whether a reader sees it as code.
template <typename Visit>
void each_line(std::string_view text, const MarkdownCode& code, Visit visit) {
  for (std::size_t number = 0; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    visit(line, number < code.lines.size() && code.lines[number]);
  }
}

// Where the first section is named within a fence that never ends. Whoever left the fence open has not meant
// to hide it. npos: nowhere.
std::size_t section_in_open_fence(std::string_view text) {
  const auto code = markdown_code(std::string(text) + "\n\n## Next");
  if (!code || !code->lines.back()) return std::string_view::npos;
  std::size_t at = 0;
  for (std::size_t number = 0; at < text.size(); ++number) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (number >= code->last_begins && number < code->lines.size() && code->lines[number] &&
        heading_section(text.substr(at, end - at)))
      return at;
    at = end + 1;
  }
  return std::string_view::npos;
}

// The text in parts that are read each by itself.
std::vector<std::string_view> read_apart(std::string_view text) {
  constexpr std::size_t kMostParts = 16;  // each is looked through anew
  std::vector<std::string_view> out;
  while (out.size() + 1 < kMostParts) {
    const auto at = section_in_open_fence(text);
    if (at == std::string_view::npos) break;
    out.push_back(text.substr(0, at));
    text.remove_prefix(at);
  }
  out.push_back(text);
  return out;
}

// A section that reads back as itself, whatever section follows it.
bool is_plain(std::string_view text) {
  if (text.empty() || trim_blank_lines(text) != text) return false;
  // A fence that never ends would make code of the next section's heading.
  const auto code = markdown_code(std::string(text) + "\n\n## Next");
  if (!code || code->lines.back()) return false;
  bool has_heading = false;
  each_line(text, *code, [&](std::string_view line, bool is_code) {
    has_heading = has_heading || (!is_code && heading_section(line).has_value());
  });
  return !has_heading;
}

// A summary that reads back as the first paragraph.
bool is_paragraph(std::string_view text) {
  return is_plain(text) && text.find("\n\n") == std::string_view::npos && text.front() != '#' &&
         trimmed(text) == text;
}

// Whether no block of code reaches over that place.
bool is_between_blocks(std::string_view text, std::size_t at) {
  const auto whole = markdown_code(text);
  const auto before = markdown_code(text.substr(0, at));
  const auto behind = markdown_code(text.substr(at));
  return whole && before && behind && before->blocks + behind->blocks == whole->blocks;
}

}  // namespace

std::string trim_blank_lines(std::string_view text) {
  while (true) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos ||
        text.substr(0, end).find_first_not_of(" \t") != std::string_view::npos)
      break;
    text.remove_prefix(end + 1);
  }
  const auto last = text.find_last_not_of(" \t\n");
  return last == std::string_view::npos ? std::string() : std::string(text.substr(0, last + 1));
}

void read_sections(v1::Practice& practice, std::string_view text) {
  std::string preamble;
  std::string current;
  std::string* field = nullptr;  // null: before the first section
  const auto close = [&] {
    field == nullptr ? append(preamble, current) : append(*field, current);
    current.clear();
  };
  for (const std::string_view part : read_apart(text)) {
    each_line(part, code_of(part), [&](std::string_view line, bool is_code) {
      const auto section = is_code ? std::nullopt : heading_section(line);
      if (!section) {
        current += line;
        return;
      }
      close();
      field = section_field(practice, *section);
    });
  }
  close();
  if (practice.summary().empty() && !preamble.empty() && preamble.front() != '#') {
    const auto end = preamble.find("\n\n");
    const auto paragraph = preamble.substr(0, end);
    if (is_paragraph(paragraph) && (end == std::string::npos || is_between_blocks(preamble, end))) {
      practice.set_summary(paragraph);
      preamble.erase(0, end == std::string::npos ? end : end + 2);
    }
  }
  std::string solution = std::move(*practice.mutable_solution());
  practice.clear_solution();
  append(*practice.mutable_solution(), preamble);
  append(*practice.mutable_solution(), solution);
}

std::string take_sections(v1::Practice& practice, std::string_view language) {
  std::string text;
  if (is_paragraph(practice.summary())) {
    text = practice.summary() + "\n";
    practice.clear_summary();
  }
  for (const Section& section : kSections) {
    std::string* field = (practice.*section.field)();
    if (!is_plain(*field)) continue;
    text += "\n## " + Vocabulary::builtin().section_label(section.name, language) + "\n\n" + *field + "\n";
    field->clear();
  }
  return text;
}

}  // namespace koinon
