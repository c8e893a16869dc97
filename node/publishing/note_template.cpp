#include "node/publishing/note_template.h"

#include <algorithm>
#include <array>

#include "node/publishing/fill_in.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "proto/vocabulary/practice_words.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::string_view kUsualLicence = "CC-BY-4.0";  // of a practice that names none

constexpr std::array<const char*, 8> kMarkedSections = {"adaptable",  "challenge", "solution", "results",
                                                        "went_wrong", "not_again", "lessons",  "conditions"};
constexpr std::array<const char*, 5> kMarkedLines = {"summary", "period", "staff", "time_to_launch",
                                                     "people_reached"};

std::string mark_of(std::string_view what, const std::string& of, const std::string& language) {
  return fill_in_mark(PracticeWords::builtin().word(what, language) + ": " + of);
}

std::string first_subtag(const std::string& language) {
  return ascii_lower(language.substr(0, language.find('-')));
}

// A text of theirs, as the mark that stands in its place.
void mark_text(const v1::Practice& original, v1::Practice& out, const char* name, const std::string& label,
               const std::string& language) {
  const auto* field = v1::Practice::descriptor()->FindFieldByName(name);
  if (original.GetReflection()->GetString(original, field).empty()) return;
  out.GetReflection()->SetString(&out, field, mark_of("fill_in", label, language));
}

v1::Source credit_of(const v1::Practice& original, const TemplateOrigin& origin) {
  v1::Source out;
  const std::string licence = original.licence().empty() ? std::string(kUsualLicence) : original.licence();
  out.set_publisher(origin.city);
  out.set_title(original.title() + " (" + origin.ref + ", " + licence + ")");
  out.set_date(origin.date);
  out.set_url(origin.address);
  return out;
}

}  // namespace

v1::Practice practice_of_template(const v1::Practice& original, const std::string& original_language,
                                  const std::string& language, const TemplateOrigin& origin) {
  const PracticeWords& words = PracticeWords::builtin();
  const Vocabulary& vocabulary = Vocabulary::builtin();
  v1::Practice out;
  out.set_title(original.title());
  out.set_core(original.core());
  if (first_subtag(original_language) != first_subtag(language)) {
    out.set_title(original.title() + " " + mark_of("translate", words.word("title", language), language));
    if (!original.core().empty())
      out.set_core(original.core() + "\n\n" +
                   mark_of("translate", vocabulary.section_label("core", language), language));
  }
  for (const char* section : kMarkedSections)
    mark_text(original, out, section, vocabulary.section_label(section, language), language);
  for (const char* line : kMarkedLines) mark_text(original, out, line, words.word(line, language), language);
  if (out.solution().empty())
    out.set_solution(mark_of("fill_in", vocabulary.section_label("solution", language), language));
  for (const v1::Need& need : original.needs()) {
    if (static_cast<std::size_t>(out.needs_size()) == limits::kNeeds) break;  // another city may sign more
    v1::Need& ours = *out.add_needs();
    ours.set_what(need.what());
    const std::string label =
        need.what().empty() ? words.word("needs", language) : words.need_label(need.what(), language);
    ours.set_text(mark_of("fill_in", label, language));
  }
  if (original.has_cost())
    out.mutable_cost()->set_note(mark_of("fill_in", words.word("cost", language), language));
  for (const std::uint32_t sdg : original.sdgs()) {
    const bool known = sdg >= 1 && sdg <= 17;
    if (known && std::find(out.sdgs().begin(), out.sdgs().end(), sdg) == out.sdgs().end()) out.add_sdgs(sdg);
  }
  out.set_licence(original.licence());
  *out.add_sources() = credit_of(original, origin);
  return out;
}

}  // namespace koinon
