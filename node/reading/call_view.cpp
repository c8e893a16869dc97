#include "node/reading/call_view.h"

#include <algorithm>
#include <array>
#include <map>

#include "node/reading/shown_record.h"
#include "node/text/country_zones.h"
#include "node/text/time_zone.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kCallsLookedAt = 200;  // of a kind
constexpr std::size_t kZonesLookedAt = 5;    // records of a kind
constexpr std::size_t kWordsRead = 40;       // of each of the two, the newest
// Of each call in a list. A list is of hundreds, and anybody may ask for it.
constexpr std::size_t kWordsReadInList = 12;
constexpr std::size_t kListedReplyBytes = 4 * limits::kMiB;  // of all that a city says to the calls of a list
constexpr std::size_t kReplyLookUp = 4 * limits::kKiB;       // as much work as it is to find one reply
// Of each of the two to one call. Whoever asks may answer its own calls thousands of times, and a page shows
// hundreds of calls.
constexpr std::size_t kRepliesLookedAt = 200;
constexpr std::array<std::string_view, 4> kTasks = {"", "answer", "choose", "tell"};

// Whoever asks, or answers, may sign a thousand texts of a megabyte each.
Result<v1::Body> read_short_body(StoreReader& store, const IndexedRecord& record) {
  KOINON_ASSIGN(const v1::Entry entry, read_entry(store, record));
  if (entry.body_size() > limits::kCallBytes) return fail(Code::kNotFound, "it is longer than any call");
  return read_body(store, record);
}

// What the two have said of a call.
struct Replies {
  std::size_t most = kWordsRead;      // of each
  std::vector<IndexedRecord> newest;  // of each of the two, those that stand
  unsigned changes = 0;               // how often they said or withdrew something
  std::map<LogId, std::size_t> of_city;

  // Whether a reply that is found now is one of the newest of its city. The newest come first.
  bool count(const LogId& log, bool stands) {
    changes += stands ? 1U : 2U;  // to withdraw it was another change
    return stands && of_city[log]++ < most;
  }
};

Result<std::vector<IndexedRecord>> newest_of(IndexReader& index, const LogId& city, v1::Kind kind,
                                             std::size_t limit) {
  IndexQuery query;
  query.log = city;
  query.kind = kind;
  query.limit = limit;
  return index.find(query);
}

// The replies of the two, in the order in which they came. Whatever third cities say of it is not looked at.
Result<Replies> find_replies(const CallSources& from, const IndexedRecord& call, const CallParties& of) {
  std::vector<LogId> logs{of.asker};
  if (of.asked) logs.push_back(*of.asked);
  Replies out;
  if (from.memory != nullptr) out.most = kWordsReadInList;
  for (const LogId& log : logs) {
    KOINON_ASSIGN(const auto said, from.index.newest_referring(
                                       {call.log, call.index, v1::REF_ROLE_ANSWERS, log, kRepliesLookedAt}));
    for (const RelatedRecord& reply : said) {
      if (reply.kind != v1::KIND_CALL_REPLY || !out.count(log, !is_gone(reply.status))) continue;
      KOINON_ASSIGN(auto record, from.index.get(log, reply.index));
      if (record) out.newest.push_back(std::move(*record));
    }
  }
  std::sort(out.newest.begin(), out.newest.end(),
            [](const IndexedRecord& a, const IndexedRecord& b) { return a.arrival < b.arrival; });
  return out;
}

// Who names UTC has set no zone of its own.
std::string known_zone(const std::string& name) {
  const auto zone = TimeZone::find(name);
  return zone && !zone->is_utc() ? name : std::string();
}

std::string find_zone(const CallSources& from, const LogId& city) {
  if (from.memory == nullptr) return zone_of_city(from.store, from.index, city);
  const auto [zone, is_new] = from.memory->zones.try_emplace(city);
  if (is_new) zone->second = zone_of_city(from.store, from.index, city);
  return zone->second;
}

// Whether a list may read one more reply of its city.
bool has_room(const CallSources& from, const LogId& log) {
  if (from.memory == nullptr) return true;
  std::size_t& bytes = from.memory->bytes[log];
  bytes += kReplyLookUp;
  return bytes <= kListedReplyBytes;
}

void put_words(const CallSources& from, const Replies& replies, CallView& view) {
  view.changes += replies.changes;
  for (const IndexedRecord& record : replies.newest) {
    if (!has_room(from, record.log)) continue;
    auto body = read_short_body(from.store, record);
    if (!body.ok() || !body->has_call_reply()) continue;
    if (from.memory != nullptr) from.memory->bytes[record.log] += body->ByteSizeLong();
    CallWordView word{from.directory.ref(record),
                      from.directory.city(record.log),
                      record.log,
                      record.index,
                      body->call_reply(),
                      record.created_at,
                      record.language};
    view.changed_at = std::max(view.changed_at, word.at);
    const std::string zone = known_zone(word.reply.time_zone());
    if (!zone.empty()) (record.log == view.parties.asker ? view.asker_zone : view.asked_zone) = zone;
    view.words.push_back(std::move(word));
  }
}

// Newest first, each once.
using CallsByArrival = std::map<ArrivalSeq, CallView, std::greater<>>;

Status take_call(const CallSources& from, const IndexedRecord& record, UnixMillis now, CallsByArrival& out) {
  if (record.kind != v1::KIND_CALL || out.contains(record.arrival)) return {};
  auto view = read_call(from, record, now);
  if (!view.ok() && view.error().code != Code::kNotFound) return view.error();
  if (view.ok()) out.emplace(record.arrival, std::move(*view));
  return {};
}

Status take_own(const CallSources& from, const LogId& city, UnixMillis now, CallsByArrival& out) {
  KOINON_ASSIGN(const auto asked_for, newest_of(from.index, city, v1::KIND_CALL, kCallsLookedAt));
  for (const IndexedRecord& record : asked_for) KOINON_TRY(take_call(from, record, now, out));
  return {};
}

Status take_answered(const CallSources& from, const LogId& city, UnixMillis now, CallsByArrival& out) {
  KOINON_ASSIGN(const auto replies, newest_of(from.index, city, v1::KIND_CALL_REPLY, kCallsLookedAt));
  for (const IndexedRecord& reply : replies) {
    const auto entry = read_entry(from.store, reply);
    if (!entry.ok()) continue;
    for (const v1::Ref& ref : entry->refs()) {
      if (ref.role() != v1::REF_ROLE_ANSWERS) continue;
      KOINON_ASSIGN(const auto call, from.index.get(LogId::from(ref.log_id()), EntryIndex(ref.index())));
      if (call && call->leaf.view() == ref.leaf_hash()) KOINON_TRY(take_call(from, *call, now, out));
    }
  }
  return {};
}

std::vector<CallView> listed(CallsByArrival found, const LogId& city) {
  std::vector<CallView> out;
  for (auto& [arrival, view] : found) {
    // Whoever answers may be a third city, and a call may be about what is ours without asking us.
    if (view.parties.asker == city || view.parties.asked == city) out.push_back(std::move(view));
  }
  return out;
}

}  // namespace

std::string_view call_task_text(CallTask task) { return kTasks.at(static_cast<std::size_t>(task)); }

CallTask call_task(const CallView& view, const LogId& city, UnixMillis now) {
  const bool asks = view.parties.asker == city;
  const bool is_asked = view.parties.asked == city;
  const CallState& state = view.state;
  const bool goes = std::any_of(state.offered.begin(), state.offered.end(),
                                [&](const CallTime& time) { return time.start > now; });
  if (view.withdrawn) return CallTask::kNone;
  if (is_asked && state.phase == CallPhase::kWaiting) return CallTask::kAnswer;
  if (asks && state.phase == CallPhase::kAnotherTime && goes) return CallTask::kChoose;
  if (state.phase != CallPhase::kOver) return CallTask::kNone;
  const bool told = asks ? state.asker_said.has_value() : state.asked_said.has_value();
  return (asks || is_asked) && !told ? CallTask::kTell : CallTask::kNone;
}

Result<CallView> read_call(const CallSources& from, const LogId& log, EntryIndex index, UnixMillis now) {
  KOINON_ASSIGN(const auto record, from.index.get(log, index));
  if (!record || record->kind != v1::KIND_CALL)
    return fail(Code::kNotFound, Sentence{"call.none", "there is no call or visit here"}, "ref");
  return read_call(from, *record, now);
}

Result<CallView> read_call(const CallSources& from, const IndexedRecord& record, UnixMillis now) {
  const Error not_here = fail(Code::kNotFound, Sentence{"call.not_here", "its text is not here"}, "ref");
  const auto entry = read_entry(from.store, record);
  const auto body = read_short_body(from.store, record);
  if (!entry.ok() || !body.ok() || !body->has_call()) return not_here;
  CallView out;
  out.ref = from.directory.ref(record);
  out.index = record.index;
  out.arrival = record.arrival;
  out.leaf = record.leaf;
  out.parties.asker = record.log;
  out.asker = from.directory.city(record.log);
  if (entry->to_size() == 1 && entry->to(0) != record.log.view()) {
    out.parties.asked = LogId::from(entry->to(0));
    out.asked = from.directory.city(*out.parties.asked);
  }
  out.call = body->call();
  out.language = record.language;
  out.withdrawn = is_gone(record.status);
  out.changes = out.withdrawn ? 1 : 0;
  out.changed_at = record.created_at;
  out.asker_zone = known_zone(out.call.time_zone());
  for (const v1::Ref& ref : entry->refs()) {
    if (ref.role() != v1::REF_ROLE_ABOUT) continue;
    KOINON_ASSIGN(const auto about, from.index.get(LogId::from(ref.log_id()), EntryIndex(ref.index())));
    if (about && about->leaf.view() == ref.leaf_hash()) out.about.push_back(from.directory.ref(*about));
  }
  KOINON_ASSIGN(const auto replies, find_replies(from, record, out.parties));
  put_words(from, replies, out);
  if (out.asker_zone.empty()) out.asker_zone = find_zone(from, out.parties.asker);
  if (out.asked_zone.empty() && out.parties.asked) out.asked_zone = find_zone(from, *out.parties.asked);
  std::vector<CallWord> words;
  for (const CallWordView& word : out.words) words.push_back({word.log, word.index, word.reply});
  out.state = call_state(out.parties, out.call, std::move(words), out.withdrawn, now);
  return out;
}

Result<std::vector<CallView>> read_calls(const CallSources& given, const LogId& city, UnixMillis now) {
  CallMemory memory;
  const CallSources from{given.directory, given.store, given.index, &memory};
  CallsByArrival found;
  KOINON_TRY(take_own(from, city, now, found));
  KOINON_TRY(take_answered(from, city, now, found));
  KOINON_ASSIGN(const auto addressed, from.index.addressed(city, {}, kCallsLookedAt));
  for (const IndexedRecord& record : addressed) KOINON_TRY(take_call(from, record, now, found));
  return listed(std::move(found), city);
}

Result<std::vector<CallView>> read_spoken_calls(const CallSources& given, const LogId& city, UnixMillis now) {
  CallMemory memory;
  const CallSources from{given.directory, given.store, given.index, &memory};
  CallsByArrival found;
  KOINON_TRY(take_own(from, city, now, found));
  KOINON_TRY(take_answered(from, city, now, found));
  return listed(std::move(found), city);
}

std::string zone_named_by(StoreReader& store, IndexReader& index, const LogId& city) {
  std::string out;
  ArrivalSeq newest;
  for (const v1::Kind kind : {v1::KIND_CALL, v1::KIND_CALL_REPLY}) {
    const auto found = newest_of(index, city, kind, kZonesLookedAt);
    if (!found.ok()) continue;
    for (const IndexedRecord& record : *found) {
      const auto body = is_gone(record.status) ? Result<v1::Body>(fail(Code::kNotFound, "withdrawn"))
                                               : read_short_body(store, record);
      if (!body.ok()) continue;
      const std::string zone =
          known_zone(body->has_call() ? body->call().time_zone() : body->call_reply().time_zone());
      if (zone.empty()) continue;
      if (record.arrival > newest) {
        newest = record.arrival;
        out = zone;
      }
      break;
    }
  }
  return out;
}

std::string zone_of_city(StoreReader& store, IndexReader& index, const LogId& city) {
  std::string named = zone_named_by(store, index, city);
  if (!named.empty()) return named;
  const std::vector<std::string> zones = zones_of_country(country_of(store, index, city));
  return zones.size() == 1 ? zones.front() : std::string();
}

std::string country_of(StoreReader& store, IndexReader& index, const LogId& city) {
  const auto latest = index.latest(city, v1::KIND_PROFILE);
  if (!latest.ok() || !*latest) return {};
  const auto record = index.get(city, **latest);
  if (!record.ok() || !*record) return {};
  const auto body = read_body(store, **record);
  return body.ok() ? body->profile().country() : std::string();
}

}  // namespace koinon
