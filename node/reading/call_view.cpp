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
constexpr std::array<std::string_view, 4> kTasks = {"", "answer", "choose", "tell"};

// What the asked city or the asker said of a call: a reply that names this entry and no other.
struct Reply {
  IndexedRecord record;
  bool stands = false;
};

bool answers(StoreReader& store, const IndexedRecord& reply, const IndexedRecord& call) {
  const auto entry = read_entry(store, reply);
  return entry.ok() && std::any_of(entry->refs().begin(), entry->refs().end(), [&](const v1::Ref& ref) {
           return ref.role() == v1::REF_ROLE_ANSWERS && ref.log_id() == call.log.view() &&
                  ref.index() == call.index.value && ref.leaf_hash() == call.leaf.view();
         });
}

// The replies of the two. Where so much refers to a call that not all of it is read, the two cities' own logs
// are looked through: a third city cannot crowd them out.
Result<std::vector<Reply>> find_replies(const CallSources& from, const IndexedRecord& call,
                                        const CallParties& of) {
  std::vector<Reply> out;
  const auto is_party = [&](const LogId& log) { return log == of.asker || (of.asked && log == *of.asked); };
  KOINON_ASSIGN(const auto referring, from.index.referring(call.log, call.index, limits::kReferring));
  for (const RelatedRecord& item : referring) {
    if (item.role != v1::REF_ROLE_ANSWERS || !is_party(item.log)) continue;
    KOINON_ASSIGN(auto record, from.index.get(item.log, item.index));
    if (record && record->kind == v1::KIND_CALL_REPLY)
      out.push_back({std::move(*record), !is_gone(item.status)});
  }
  if (referring.size() < limits::kReferring) return out;
  out.clear();
  std::vector<LogId> logs{of.asker};
  if (of.asked) logs.push_back(*of.asked);
  for (const LogId& log : logs) {
    IndexQuery query;
    query.log = log;
    query.kind = v1::KIND_CALL_REPLY;
    query.limit = limits::kReferring;
    KOINON_ASSIGN(auto found, from.index.find(query));
    std::reverse(found.begin(), found.end());
    for (IndexedRecord& record : found) {
      const bool stands = !is_gone(record.status);
      if (answers(from.store, record, call)) out.push_back({std::move(record), stands});
    }
  }
  return out;
}

// Who names UTC has set no zone of its own.
std::string known_zone(const std::string& name) {
  return name != TimeZone().name() && TimeZone::find(name) ? name : std::string();
}

void put_words(const CallSources& from, const std::vector<Reply>& replies, CallView& view) {
  for (const Reply& reply : replies) {
    // To withdraw it was another change.
    view.changes += reply.stands ? 1U : 2U;
    if (!reply.stands) continue;
    auto body = read_body(from.store, reply.record);
    if (!body.ok() || !body->has_call_reply()) continue;
    const IndexedRecord& record = reply.record;
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
  IndexQuery query;
  query.log = city;
  query.kind = v1::KIND_CALL;
  query.limit = kCallsLookedAt;
  KOINON_ASSIGN(const auto asked_for, from.index.find(query));
  for (const IndexedRecord& record : asked_for) KOINON_TRY(take_call(from, record, now, out));
  return {};
}

Status take_answered(const CallSources& from, const LogId& city, UnixMillis now, CallsByArrival& out) {
  IndexQuery query;
  query.log = city;
  query.kind = v1::KIND_CALL_REPLY;
  query.limit = kCallsLookedAt;
  KOINON_ASSIGN(const auto replies, from.index.find(query));
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
  const auto body = read_body(from.store, record);
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
  if (out.asker_zone.empty()) out.asker_zone = zone_of_city(from.store, from.index, out.parties.asker);
  if (out.asked_zone.empty() && out.parties.asked)
    out.asked_zone = zone_of_city(from.store, from.index, *out.parties.asked);
  std::vector<CallWord> words;
  for (const CallWordView& word : out.words) words.push_back({word.log, word.index, word.reply});
  out.state = call_state(out.parties, out.call, std::move(words), out.withdrawn, now);
  return out;
}

Result<std::vector<CallView>> read_calls(const CallSources& from, const LogId& city, UnixMillis now) {
  CallsByArrival found;
  KOINON_TRY(take_own(from, city, now, found));
  KOINON_TRY(take_answered(from, city, now, found));
  KOINON_ASSIGN(const auto addressed, from.index.addressed(city, {}, kCallsLookedAt));
  for (const IndexedRecord& record : addressed) KOINON_TRY(take_call(from, record, now, found));
  return listed(std::move(found), city);
}

Result<std::vector<CallView>> read_spoken_calls(const CallSources& from, const LogId& city, UnixMillis now) {
  CallsByArrival found;
  KOINON_TRY(take_own(from, city, now, found));
  KOINON_TRY(take_answered(from, city, now, found));
  return listed(std::move(found), city);
}

std::string zone_named_by(StoreReader& store, IndexReader& index, const LogId& city) {
  std::string out;
  ArrivalSeq newest;
  for (const v1::Kind kind : {v1::KIND_CALL, v1::KIND_CALL_REPLY}) {
    IndexQuery query;
    query.log = city;
    query.kind = kind;
    query.limit = kZonesLookedAt;
    const auto found = index.find(query);
    if (!found.ok()) continue;
    for (const IndexedRecord& record : *found) {
      const auto body = is_gone(record.status) ? Result<v1::Body>(fail(Code::kNotFound, "withdrawn"))
                                               : read_body(store, record);
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
