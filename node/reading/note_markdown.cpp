#include "node/reading/note_markdown.h"

#include <string_view>

#include "proto/vocabulary/vocabulary.h"
#include "storage/search/note_text.h"

namespace koinon {
namespace {

void add_section(std::string& out, std::string_view section, const std::string& language,
                 const std::string& text) {
  if (text.empty()) return;
  if (!out.empty()) out += "\n\n";
  out += "## " + Vocabulary::builtin().section_label(section, language) + "\n\n" + text;
}

}  // namespace

std::string note_markdown(const v1::Body& body, const std::string& language) {
  if (!body.has_practice()) {
    const NoteText text = note_text(body);
    return text.summary.empty() ? text.text : text.summary + "\n\n" + text.text;
  }
  const auto& practice = body.practice();
  std::string out = practice.summary();
  add_section(out, "challenge", language, practice.challenge());
  add_section(out, "solution", language, practice.solution());
  add_section(out, "results", language, practice.results());
  add_section(out, "lessons", language, practice.lessons());
  add_section(out, "conditions", language, practice.conditions());
  return out;
}

}  // namespace koinon
