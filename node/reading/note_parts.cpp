#include "node/reading/note_parts.h"

#include <string_view>

#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/vocabulary/practice_words.h"
#include "proto/vocabulary/vocabulary.h"
#include "storage/search/note_text.h"

namespace koinon {
namespace {

// The needs as a Markdown list.
std::string needs_text(const v1::Practice& practice, const std::string& language) {
  std::string out;
  std::size_t left = limits::kNeeds;  // another city may sign more
  for (const v1::Need& need : practice.needs()) {
    if (left-- == 0) break;
    const std::string what = PracticeWords::builtin().need_label(plain_line(need.what()), language);
    if (!out.empty()) out += "\n";
    out += "- " + (what.empty() ? "" : "**" + what + "**: ") + plain_line(need.text());
  }
  return out;
}

}  // namespace

std::vector<NotePart> note_parts(const v1::Body& body, const std::string& language) {
  std::vector<NotePart> out;
  const auto add = [&](const std::string& text, std::string_view section = {}) {
    if (text.empty()) return;
    out.push_back(
        {section.empty() ? std::string() : Vocabulary::builtin().section_label(section, language), text});
  };
  if (body.has_practice()) {
    const auto& practice = body.practice();
    add(practice.summary());
    add(practice.core(), "core");
    add(practice.adaptable(), "adaptable");
    if (practice.needs_size() > 0)
      out.push_back({PracticeWords::builtin().word("needs", language), needs_text(practice, language)});
    add(practice.challenge(), "challenge");
    add(practice.solution(), "solution");
    add(practice.results(), "results");
    add(practice.went_wrong(), "went_wrong");
    add(practice.not_again(), "not_again");
    add(practice.lessons(), "lessons");
    add(practice.conditions(), "conditions");
  } else if (body.has_adoption()) {
    add(body.adoption().summary());
    add(body.adoption().plan());
    add(body.adoption().changes());
    add(body.adoption().results());
  } else {
    const NoteText text = note_text(body);
    add(text.summary);
    add(text.text);
  }
  return out;
}

bool shorten(std::vector<NotePart>& parts, std::size_t most) {
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (part->text.size() <= most) {
      most -= part->text.size();
      continue;
    }
    std::string_view beginning = clipped_utf8(part->text, most);
    if (const auto end = beginning.rfind("\n\n"); end != std::string_view::npos && end > 0)
      beginning = beginning.substr(0, end);
    part->text.resize(beginning.size());
    parts.erase(part->text.empty() ? part : part + 1, parts.end());
    return true;
  }
  return false;
}

std::string note_html(RenderedTexts& texts, const std::vector<NotePart>& parts, unsigned above) {
  std::string out;
  for (const NotePart& part : parts) {
    const bool named = !part.name.empty();
    const std::string level = std::to_string(above + 1);
    if (named) out += "<h" + level + ">" + html_escaped(part.name) + "</h" + level + ">\n";
    out += texts.html(part.text, above + (named ? 1 : 0));
  }
  return out;
}

}  // namespace koinon
