#include "node/reading/overview_view.h"

#include <array>
#include <map>
#include <optional>

#include "node/reading/shown_record.h"
#include "node/text/markdown.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::int64_t kMonthMs = 30LL * 24 * 3600 * 1000;
constexpr std::array<int, 3> kAskAfterMonths = {3, 6, 12};
constexpr std::size_t kLooksAt = 1000;  // records of a kind

struct Adoption {
  IndexedRecord record;
  LogId of_log;
  EntryIndex of;
  std::string stage;
  std::string outcome;
};

// Whether another entry stands where a ref points: what it refers to is void, and counts for nothing.
bool means_another(IndexReader& index, const v1::Ref& ref) {
  const auto stands = index.get(LogId::from(ref.log_id()), EntryIndex(ref.index()));
  return stands.ok() && *stands && (*stands)->leaf.view() != ref.leaf_hash();
}

// Nothing: it is not an adoption of what stands, it was withdrawn, or its text is not here.
std::optional<Adoption> find_adoption(StoreReader& store, IndexReader& index, const IndexedRecord& record) {
  if (is_gone(record.status)) return std::nullopt;
  const auto stored = shown_record(store, record);
  if (!stored.ok()) return std::nullopt;
  const auto entry = parse_entry(stored->entry);
  const auto body = parse_body(stored->body);
  if (!entry.ok() || !body.ok() || !body->has_adoption()) return std::nullopt;
  for (const auto& ref : entry->refs()) {
    if (ref.role() != v1::REF_ROLE_ADOPTS) continue;
    if (means_another(index, ref)) return std::nullopt;
    return Adoption{record, LogId::from(ref.log_id()), EntryIndex(ref.index()), body->adoption().stage(),
                    body->adoption().outcome()};
  }
  return std::nullopt;
}

}  // namespace

int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now) {
  int due = 0;
  for (const int months : kAskAfterMonths) {
    const std::int64_t at = first.value + months * kMonthMs;
    if (at <= now.value && at > last.value) due = months;
  }
  return due;
}

Result<std::vector<FollowUpView>> read_follow_ups(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own, UnixMillis now) {
  IndexQuery query;
  query.log = own;
  query.kind = v1::KIND_ADOPTION;
  query.limit = kLooksAt;
  KOINON_ASSIGN(const auto found, index.find(query));
  // The first and the last adoption for each practice.
  std::map<std::pair<LogId, std::uint64_t>, std::pair<Adoption, Adoption>> words;
  for (const IndexedRecord& record : found) {
    const auto made = find_adoption(store, index, record);
    if (!made) continue;
    const auto [it, first] = words.try_emplace({made->of_log, made->of.value}, *made, *made);
    if (!first) it->second.first = *made;
  }
  std::vector<FollowUpView> out;
  for (const auto& [practice, said] : words) {
    const auto& [first, last] = said;
    if (last.stage == "stopped") continue;
    const int due = follow_up_due(first.record.created_at, last.record.created_at, now);
    if (due == 0) continue;
    const EntryIndex of(practice.second);
    KOINON_ASSIGN(const auto indexed, index.get(practice.first, of));
    out.push_back({indexed ? directory.ref(*indexed) : directory.ref(practice.first, of),
                   indexed ? title_line(indexed->title) : std::string(), due, last.stage,
                   directory.ref(last.record), indexed ? indexed->language : std::string()});
  }
  return out;
}

}  // namespace koinon
