#include "node/reading/story_view.h"

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

#include "node/reading/shown_record.h"
#include "node/reading/versions.h"
#include "node/text/first_sentence.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

using Place = std::pair<LogId, std::uint64_t>;

constexpr std::size_t kStepBytes = 160;                   // of a period, and of any other line of a step
constexpr std::size_t kTellingBytes = 64 * limits::kKiB;  // of an adoption that is read for the choice

Place place_of(const IndexedRecord& record) { return {record.log, record.index.value}; }

// What a record is to the one that it refers to in this role. Nothing: no step of a story.
std::optional<StoryPart> part_of(const IndexedRecord& record, v1::RefRole role, const LogId& of) {
  switch (record.kind) {
    case v1::KIND_ADOPTION:
      return role == v1::REF_ROLE_ADOPTS ? std::optional(StoryPart::kAdopted) : std::nullopt;
    case v1::KIND_PRACTICE: {
      // A revision of another city's practice is a practice of their own.
      const bool derives = role == v1::REF_ROLE_DERIVES_FROM || role == v1::REF_ROLE_REVISES;
      return derives && record.log != of ? std::optional(StoryPart::kDerived) : std::nullopt;
    }
    case v1::KIND_QUESTION:
      return role == v1::REF_ROLE_ABOUT ? std::optional(StoryPart::kAsked) : std::nullopt;
    case v1::KIND_ANSWER:
      return role == v1::REF_ROLE_ANSWERS ? std::optional(StoryPart::kAnswered) : std::nullopt;
    default:
      return std::nullopt;
  }
}

// The same practice in another version or language: what refers to it belongs to the story.
bool is_version(const IndexedRecord& record, v1::RefRole role, const LogId& of) {
  if (record.kind != v1::KIND_PRACTICE) return false;
  return role == v1::REF_ROLE_TRANSLATES || (role == v1::REF_ROLE_REVISES && record.log == of);
}

// Goes from a practice to all that refers to it, from there on to all that refers to that, and so on.
class Walk {
 public:
  Walk(Directory& directory, StoreReader& store, IndexReader& index, StoryView& out)
      : directory_(directory), store_(store), index_(index), out_(out) {}

  void begin(const IndexedRecord& record) {
    if (seen_.insert(place_of(record)).second) next_.push_back({record, 0});
  }
  Status run() {
    for (; !next_.empty(); next_.pop_front()) KOINON_TRY(follow(next_.front()));
    std::sort(out_.steps.begin(), out_.steps.end(), [](const StoryStep& a, const StoryStep& b) {
      return a.note.arrival.value < b.note.arrival.value;
    });
    return {};
  }

 private:
  struct Target {
    IndexedRecord record;
    std::size_t practice;  // StoryStep::practice
  };

  Status follow(const Target& target) {
    const IndexedRecord& of = target.record;
    if (looked_ == limits::kStoryRecords) {
      out_.more = true;
      return {};
    }
    // One more than may be looked at: whether there is more.
    KOINON_ASSIGN(const auto related,
                  index_.referring(of.log, of.index, limits::kStoryRecords - looked_ + 1));
    for (const RelatedRecord& item : related) {
      if (looked_ == limits::kStoryRecords) {
        out_.more = true;
        return {};
      }
      ++looked_;
      if (is_gone(item.status)) continue;
      KOINON_ASSIGN(const auto record, index_.get(item.log, item.index));
      if (!record) continue;
      const auto part = part_of(*record, item.role, of.log);
      if (!part && !is_version(*record, item.role, of.log)) continue;
      if (!seen_.insert(place_of(*record)).second) continue;
      const std::size_t practice = part == StoryPart::kDerived ? ++practices_ : target.practice;
      if (part) add(*part, *record, of, practice);
      next_.push_back({*record, practice});
    }
    return {};
  }

  void add(StoryPart part, const IndexedRecord& record, const IndexedRecord& of, std::size_t practice) {
    StoryStep step;
    step.part = part;
    step.practice = practice;
    step.note = read_summary(directory_, record);
    step.of = directory_.ref(of);
    step.of_city = directory_.city(of.log);
    if (part == StoryPart::kAsked) put_asked(record, step);
    if (part == StoryPart::kAnswered)
      step.after = std::chrono::milliseconds(record.created_at.value - of.created_at.value);
    if (part == StoryPart::kAdopted || part == StoryPart::kDerived) put_text(record, step);
    out_.steps.push_back(std::move(step));
  }

  void put_asked(const IndexedRecord& record, StoryStep& step) {
    const auto entry = read_entry(store_, record);
    if (!entry.ok()) return;
    for (const auto& city : entry->to()) step.to.push_back(directory_.city(LogId::from(city)));
  }

  void put_text(const IndexedRecord& record, StoryStep& step) {
    if (read_ > limits::kReferringBytes) return;
    const auto stored = shown_record(store_, record);
    if (!stored.ok() || stored->body.empty()) return;
    read_ += stored->body.size();
    const auto body = parse_body(stored->body);
    if (!body.ok()) return;
    if (step.part == StoryPart::kDerived) {
      step.period = clipped_line(body->practice().period(), kStepBytes);
      return;
    }
    step.stage = clipped_line(body->adoption().stage(), kStepBytes);
    step.outcome = clipped_line(body->adoption().outcome(), kStepBytes);
    step.period = clipped_line(body->adoption().period(), kStepBytes);
  }

  Directory& directory_;
  StoreReader& store_;
  IndexReader& index_;
  StoryView& out_;
  std::deque<Target> next_;
  std::set<Place> seen_;
  std::size_t practices_ = 0;
  std::size_t looked_ = 0;
  std::size_t read_ = 0;  // bytes of bodies
};

// Of each city its last word on a practice counts, and none of the practice's own.
void count(StoryView& story) {
  std::set<std::string> cities;
  std::set<std::pair<std::string, std::size_t>> said;  // who, and of which practice
  for (auto step = story.steps.rbegin(); step != story.steps.rend(); ++step) {
    if (step->part != StoryPart::kAdopted) continue;
    step->said_again = !said.emplace(step->note.city, step->practice).second;
    if (step->said_again || step->note.log == story.practice.log) continue;
    cities.insert(step->note.city);
    if (!step->outcome.empty()) ++story.outcomes[step->outcome];
  }
  story.cities = static_cast<std::int64_t>(cities.size());
}

Error no_practice() {
  return fail(Code::kNotFound, Sentence{"story.of_practice", "only a practice that stands has a story"},
              "ref");
}

// The version that stands now, in the language of the one that was named if there is one.
void put_practice(Directory& directory, std::vector<IndexedRecord> versions, StoryView& out) {
  std::sort(versions.begin() + 1, versions.end(),
            [](const IndexedRecord& a, const IndexedRecord& b) { return a.arrival.value > b.arrival.value; });
  const std::string language = versions.front().language;
  const IndexedRecord* shown = &versions.front();
  if (shown->status != RecordStatus::kCurrent) {
    for (const IndexedRecord& one : versions) {
      if (one.status != RecordStatus::kCurrent || one.language != language) continue;
      shown = &one;
      break;
    }
  }
  std::set<std::string> languages{shown->language};
  out.practice = read_summary(directory, *shown);
  for (const IndexedRecord& one : versions) {
    if (one.status == RecordStatus::kCurrent && languages.insert(one.language).second)
      out.languages.push_back(read_summary(directory, one));
  }
}

// What an adoption says, for the choice of a practice.
struct Word {
  Place of;
  bool tells = false;  // how it went
};

// Two hundred are read whenever something arrives. So much that is long would take every visitor's time.
std::optional<Word> read_word(StoreReader& store, IndexReader& index, const IndexedRecord& record) {
  const auto entry = read_entry(store, record);
  if (!entry.ok() || entry->body_size() > kTellingBytes) return std::nullopt;
  const auto body = read_body(store, record);
  if (!body.ok() || !body->has_adoption()) return std::nullopt;
  for (const auto& ref : entry->refs()) {
    if (ref.role() != v1::REF_ROLE_ADOPTS) continue;
    const LogId log = LogId::from(ref.log_id());
    const auto practice = index.get(log, EntryIndex(ref.index()));
    const bool stands = practice.ok() && *practice && (*practice)->leaf.view() == ref.leaf_hash() &&
                        (*practice)->kind == v1::KIND_PRACTICE && !is_gone((*practice)->status);
    if (!stands || log == record.log) return std::nullopt;
    const std::string& outcome = body->adoption().outcome();
    return Word{{log, ref.index()}, !outcome.empty() && outcome != "too-early"};
  }
  return std::nullopt;
}

}  // namespace

std::string_view story_part_text(StoryPart part) {
  switch (part) {
    case StoryPart::kAdopted:
      return "adopted";
    case StoryPart::kDerived:
      return "derived";
    case StoryPart::kAsked:
      return "asked";
    case StoryPart::kAnswered:
      return "answered";
  }
  return "adopted";
}

Result<StoryView> read_story(Directory& directory, StoreReader& store, IndexReader& index, const LogId& log,
                             EntryIndex entry) {
  KOINON_ASSIGN(const auto named, index.get(log, entry));
  if (!named || named->kind != v1::KIND_PRACTICE || is_gone(named->status)) return no_practice();
  KOINON_ASSIGN(const auto others, read_versions(store, index, log, entry));
  std::vector<IndexedRecord> versions{*named};
  for (const EntryIndex other : others) {
    KOINON_ASSIGN(const auto version, index.get(log, other));
    if (version && version->kind == v1::KIND_PRACTICE && !is_gone(version->status))
      versions.push_back(*version);
  }
  StoryView out;
  Walk walk(directory, store, index, out);
  for (const IndexedRecord& version : versions) walk.begin(version);
  put_practice(directory, std::move(versions), out);
  const auto stored = shown_record(store, out.practice.log, out.practice.index);
  const auto body = stored.ok() ? parse_body(stored->body) : Result<v1::Body>(stored.error());
  if (body.ok()) out.period = clipped_line(body->practice().period(), kStepBytes);
  KOINON_TRY(walk.run());
  count(out);
  return out;
}

Result<std::optional<StoryPlace>> most_told_practice(StoreReader& store, IndexReader& index) {
  IndexQuery query;
  query.kind = v1::KIND_ADOPTION;
  query.standing_notes = true;
  query.limit = limits::kStoryChoice;
  KOINON_ASSIGN(const auto adoptions, index.find(query));
  struct Heard {
    std::set<LogId> took;
    std::set<LogId> told;
  };
  std::map<Place, Heard> heard;
  for (const IndexedRecord& record : adoptions) {
    const auto word = read_word(store, index, record);
    if (!word) continue;
    Heard& of = heard[word->of];
    // The newest comes first, and each city's last word counts.
    if (of.took.insert(record.log).second && word->tells) of.told.insert(record.log);
  }
  std::optional<StoryPlace> best;
  std::tuple<std::size_t, std::size_t, std::uint64_t> most;
  for (const auto& [place, of] : heard) {
    if (of.told.empty()) continue;
    KOINON_ASSIGN(const auto practice, index.get(place.first, EntryIndex(place.second)));
    if (!practice) continue;
    const std::tuple rank(of.told.size(), of.took.size(), ~practice->arrival.value);
    if (best && rank <= most) continue;
    most = rank;
    best = StoryPlace{place.first, EntryIndex(place.second)};
  }
  return best;
}

}  // namespace koinon
