#include "node/reading/adoption_view.h"

#include <algorithm>
#include <array>

#include "node/reading/shown_record.h"
#include "node/text/markdown.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kBeginning = 2 * limits::kKiB;  // of a text in which a sentence is looked for
constexpr std::size_t kSentenceBytes = 300;
// Of a note that is read for a sentence. A page reads a hundred, and anybody may ask for it.
constexpr std::size_t kToldBytes = 128 * limits::kKiB;
// A short piece before a full stop is seldom a sentence: "approx. ", "St. ".
constexpr std::size_t kSentenceLeast = 12;

// Where the first sentence ends. Full stops of Chinese and Japanese need no blank behind them.
std::size_t sentence_end(std::string_view text) {
  constexpr std::array<std::string_view, 7> kEnds = {". ", "! ", "? ", "。", "！", "？", "؟ "};
  std::size_t end = text.size();
  for (const std::string_view mark : kEnds) {
    const auto at = text.find(mark, kSentenceLeast);
    if (at != std::string_view::npos) end = std::min(end, at + trimmed(mark).size());
  }
  return end;
}

}  // namespace

std::string first_sentence(std::string_view markdown) {
  const std::string begin = trimmed(clipped_utf8(markdown, kBeginning));
  const std::string line = markdown_line(begin.substr(0, begin.find("\n\n")));
  const std::string sentence = line.substr(0, sentence_end(line));
  if (sentence.size() <= kSentenceBytes) return sentence;
  return trimmed(clipped_utf8(sentence, kSentenceBytes)) + " …";
}

Result<AdoptionView> read_adoption_view(Directory& directory, IndexReader& index, const Tie& tie) {
  AdoptionView out;
  KOINON_ASSIGN(const auto note, index.get(tie.to, tie.adoption));
  KOINON_ASSIGN(const auto practice, index.get(tie.from, tie.practice));
  if (note) {
    out.note = read_summary(directory, *note);
  } else {
    out.note.log = tie.to;
    out.note.index = tie.adoption;
    out.note.ref = directory.ref(tie.to, tie.adoption);
    out.note.city = directory.city(tie.to);
    out.note.kind = v1::KIND_ADOPTION;
  }
  out.stage = stage_text(tie.stage);
  out.outcome = outcome_text(tie.outcome);
  out.of = practice ? directory.ref(*practice) : directory.ref(tie.from, tie.practice);
  out.of_city = directory.city(tie.from);
  if (practice) {
    out.of_title = title_line(practice->title);
    out.of_language = practice->language;
  }
  out.year = tie.year;
  return out;
}

Result<std::vector<AdoptionView>> read_adoption_views(Directory& directory, IndexReader& index,
                                                      const std::vector<Tie>& ties) {
  std::vector<AdoptionView> out;
  for (const Tie& tie : ties) {
    KOINON_ASSIGN(AdoptionView view, read_adoption_view(directory, index, tie));
    out.push_back(std::move(view));
  }
  return out;
}

void read_told(StoreReader& store, IndexReader& index, AdoptionView& view) {
  const auto indexed = index.get(view.note.log, view.note.index);
  if (!indexed.ok() || !*indexed) return;
  const auto entry = read_entry(store, **indexed);
  if (!entry.ok() || entry->body_size() > kToldBytes) return;
  const auto body = read_body(store, **indexed);
  if (!body.ok() || !body->has_adoption()) return;
  view.told = first_sentence(body->adoption().results());
  if (view.told.empty()) view.told = first_sentence(body->adoption().changes());
}

}  // namespace koinon
