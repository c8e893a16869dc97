#include "node/reading/follow_up_view.h"

#include <algorithm>
#include <array>

#include "node/reading/shown_record.h"
#include "node/text/markdown.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::int64_t kMonthMs = 30LL * 24 * 3600 * 1000;
constexpr std::array<int, 3> kAskAfterMonths = {3, 6, 12};

// The newest version of the practice that a word adopts. Nothing: it is not here.
Result<std::optional<IndexedRecord>> find_practice(IndexReader& index, const AdoptionWords& words) {
  constexpr int kVersions = 64;  // that are followed
  EntryIndex at = words.practice;
  for (int i = 0; i < kVersions; ++i) {
    KOINON_ASSIGN(const auto newer, index.newer_version(words.practice_log, at));
    if (!newer) break;
    at = *newer;
  }
  return index.get(words.practice_log, at);
}

}  // namespace

UnixMillis follow_up_time(UnixMillis first, int months) { return {first.value + months * kMonthMs}; }

int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now) {
  int due = 0;
  for (const int months : kAskAfterMonths) {
    const UnixMillis at = follow_up_time(first, months);
    if (at <= now && at > last) due = months;
  }
  return due;
}

Result<std::vector<DueWords>> read_due_words(IndexReader& index, const LogId& own, UnixMillis now) {
  KOINON_ASSIGN(const auto all, index.adoption_words({own}));
  std::vector<DueWords> out;
  for (const AdoptionWords& words : all) {
    const int months = words.over ? 0 : follow_up_due(words.first_at, words.last_at, now);
    if (months > 0) out.push_back({words, months});
  }
  std::sort(out.begin(), out.end(), [](const DueWords& a, const DueWords& b) {
    const auto at = [](const DueWords& one) { return follow_up_time(one.words.first_at, one.months); };
    return at(a) != at(b) ? at(a) > at(b) : a.words.first > b.words.first;
  });
  return out;
}

Result<std::optional<v1::Adoption>> read_last_word(StoreReader& store, IndexReader& index, const LogId& own,
                                                   const AdoptionWords& words) {
  const auto nothing = std::optional<v1::Adoption>();
  KOINON_ASSIGN(const auto practice, find_practice(index, words));
  KOINON_ASSIGN(const auto last, index.get(own, words.last));
  const bool withdrawn = practice && is_gone(practice->status);
  if (withdrawn || !last || is_gone(last->status)) return nothing;
  const auto stored = shown_record(store, *last);
  if (!stored.ok()) return nothing;
  const auto body = parse_body(stored->body);
  if (!body.ok() || !body->has_adoption()) return nothing;
  return std::optional(body->adoption());
}

Result<std::optional<FollowUpView>> read_follow_up(Directory& directory, StoreReader& store,
                                                   IndexReader& index, const LogId& own,
                                                   const DueWords& due) {
  const AdoptionWords& words = due.words;
  KOINON_ASSIGN(const auto said, read_last_word(store, index, own, words));
  if (!said) return std::optional<FollowUpView>();
  KOINON_ASSIGN(const auto practice, find_practice(index, words));
  KOINON_ASSIGN(const auto last, index.get(own, words.last));
  FollowUpView out;
  out.of = practice ? directory.ref(*practice) : directory.ref(words.practice_log, words.practice);
  if (const auto& named = practice && !practice->title.empty() ? practice : last) {
    out.title = title_line(named->title);
    out.language = named->language;
  }
  out.of_city = directory.city(words.practice_log);
  out.months = due.months;
  out.stage = said->stage();
  out.outcome = said->outcome();
  out.last = last ? directory.ref(*last) : directory.ref(own, words.last);
  out.said_at = words.last_at;
  out.over = words.over;
  return std::optional(std::move(out));
}

Result<std::vector<FollowUpView>> read_follow_ups(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own, UnixMillis now) {
  KOINON_ASSIGN(const auto due, read_due_words(index, own, now));
  std::vector<FollowUpView> out;
  for (const DueWords& one : due) {
    if (out.size() == limits::kFollowUps) break;
    KOINON_ASSIGN(auto view, read_follow_up(directory, store, index, own, one));
    if (view) out.push_back(std::move(*view));
  }
  return out;
}

Result<std::optional<FollowUpView>> read_our_word(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own,
                                                  const std::pair<LogId, EntryIndex>& of, UnixMillis now) {
  KOINON_ASSIGN(const auto said, index.adoption_words({own, of}));
  if (said.empty()) return std::optional<FollowUpView>();
  const AdoptionWords& words = said.front();
  const int months = words.over ? 0 : follow_up_due(words.first_at, words.last_at, now);
  return read_follow_up(directory, store, index, own, {words, months});
}

}  // namespace koinon
