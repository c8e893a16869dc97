#include "node/publishing/note_sections.h"

#include <array>
#include <optional>
#include <vector>

#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::array<std::string_view, 5> kSections = {"challenge", "solution", "results", "lessons",
                                                       "conditions"};

std::string* section_field(v1::Practice& practice, std::string_view section) {
  if (section == "challenge") return practice.mutable_challenge();
  if (section == "solution") return practice.mutable_solution();
  if (section == "results") return practice.mutable_results();
  if (section == "lessons") return practice.mutable_lessons();
  return practice.mutable_conditions();
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

// The section that a line opens, if it is a level-two heading named after one.
std::optional<std::string> heading_section(std::string_view line) {
  if (!line.starts_with("## ")) return std::nullopt;
  std::string_view label = trimmed(line.substr(3));
  while (label.ends_with('#')) label = trimmed(label.substr(0, label.size() - 1));
  return Vocabulary::builtin().section(label);
}

void append(std::string& field, std::string_view text) {
  const std::string clean = trim_blank_lines(text);
  if (!clean.empty()) field += (field.empty() ? "" : "\n\n") + clean;
}

// Visits the lines, each with its line end, and whether it stands inside a fenced code block. Returns whether
// a block is still open at the end.
template <typename Visit>
bool each_line(std::string_view text, Visit visit) {
  std::string_view fence;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    const auto inner = trimmed(line);
    const bool inside = !fence.empty();
    if (!inside && (inner.starts_with("```") || inner.starts_with("~~~"))) {
      fence = inner.substr(0, 3);
    } else if (inside && inner.starts_with(fence)) {
      fence = {};
    }
    visit(line, inside);
  }
  return !fence.empty();
}

// A section that reads back as itself.
bool is_plain(std::string_view text) {
  bool has_heading = false;
  const bool open = each_line(text, [&](std::string_view line, bool inside) {
    has_heading = has_heading || (!inside && heading_section(line).has_value());
  });
  return !text.empty() && trim_blank_lines(text) == text && !has_heading && !open;
}

// A summary that reads back as the first paragraph.
bool is_paragraph(std::string_view text) {
  return is_plain(text) && text.find("\n\n") == std::string_view::npos && text.front() != '#' &&
         trimmed(text) == text;
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
  each_line(text, [&](std::string_view line, bool inside) {
    const auto section = inside ? std::nullopt : heading_section(line);
    if (!section) {
      current += line;
      return;
    }
    close();
    field = section_field(practice, *section);
  });
  close();
  if (practice.summary().empty() && !preamble.empty() && preamble.front() != '#') {
    const auto end = preamble.find("\n\n");
    const auto paragraph = preamble.substr(0, end);
    if (is_paragraph(paragraph)) {
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
  for (const auto section : kSections) {
    std::string* field = section_field(practice, section);
    if (!is_plain(*field)) continue;
    text += "\n## " + Vocabulary::builtin().section_label(section, language) + "\n\n" + *field + "\n";
    field->clear();
  }
  return text;
}

}  // namespace koinon
