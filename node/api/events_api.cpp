#include "node/api/events_api.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "node/api/admission.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kEventsAtOnce = 100;

std::string_view event_name(ArrivalKind kind) {
  switch (kind) {
    case ArrivalKind::kAdded:
      return "record";
    case ArrivalKind::kBody:
      return "body";
    case ArrivalKind::kErased:
      return "erased";
    case ArrivalKind::kReleased:
      return "released";
    case ArrivalKind::kRemoved:
      return "removed";
    case ArrivalKind::kVoided:
      return "voided";
  }
  return "record";
}

// Where a stream begins.
struct Start {
  Epoch epoch;  // the current one, in which the ids of its events count
  ArrivalSeq last;
  bool anew = false;  // the client's place says nothing of this store
};

// Reads the id of an event, or the number of an arrival of this store.
Result<Start> start_after(StoreReader& store, const Epoch& current, const std::string& id,
                          const std::string& field) {
  const auto dot = id.find('.');
  const auto number = parse_decimal(dot == std::string::npos ? id : id.substr(dot + 1));
  if (!number.ok()) return fail(Code::kInvalidArgument, "it is an id that an event had", field);
  KOINON_ASSIGN(const ArrivalSeq newest, store.newest_arrival());
  const auto epoch = dot == std::string::npos ? Result<Epoch>(current) : epoch_from_text(id.substr(0, dot));
  const ArrivalSeq at(std::min<std::uint64_t>(*number, INT64_MAX));
  if (!epoch.ok()) return Start{current, {}, true};
  KOINON_ASSIGN(const auto epochs, store.epochs());
  const auto place = resumed(epochs, *epoch, at, newest);
  return Start{current, place.value_or(ArrivalSeq(0)), !place};
}

// Where one client stands, and what it wants.
class ArrivalStream {
 public:
  ArrivalStream(StoreReader& store, const Nearness& nearness, IndexReader& index, const Start& start,
                std::string topic)
      : store_(store),
        nearness_(nearness),
        index_(index),
        epoch_(to_text(start.epoch)),
        topic_(std::move(topic)),
        last_(start.last),
        anew_(start.anew) {}

  Result<std::string> next() {
    if (std::exchange(anew_, false)) return id() + "event: reset\ndata: {\"anew\":true}\n\n";
    std::string out;
    KOINON_ASSIGN(const ArrivalSeq indexed, index_.position());
    if (indexed.value <= last_.value) return out;
    KOINON_ASSIGN(const auto arrivals, store_.arrivals(last_, kEventsAtOnce));
    Directory directory(store_, nearness_);
    std::size_t passed = 0;
    for (const Arrival& arrival : arrivals) {
      if (arrival.kind == ArrivalKind::kRemoved) {
        if (arrival.first.value + arrival.count - 1 > indexed.value) break;
        last_ = ArrivalSeq(arrival.first.value + arrival.count - 1);
        out += event(arrival.kind, {{"log_id", to_text(arrival.log)}, {"arrival", last_.value}});
        ++passed;
        continue;
      }
      for (std::uint64_t i = 0; i < arrival.count && !is_full(out, passed); ++i, ++passed) {
        if (arrival.first.value + i > indexed.value) return finish(std::move(out), passed);
        last_ = ArrivalSeq(arrival.first.value + i);
        KOINON_ASSIGN(const auto told, event_of(directory, arrival, EntryIndex(arrival.from.value + i)));
        out += told;
      }
      if (is_full(out, passed)) break;
    }
    return finish(std::move(out), passed);
  }

 private:
  // What is told of one entry of an arrival, whose number is `last_`. Empty: nothing.
  Result<std::string> event_of(Directory& directory, const Arrival& arrival, EntryIndex index) {
    if (arrival.kind == ArrivalKind::kVoided) {
      KOINON_ASSIGN(const auto gone, index_.voided(last_));
      return gone && wants(*gone) ? event(arrival.kind, void_json(directory, *gone)) : std::string();
    }
    KOINON_ASSIGN(const auto record, index_.get(arrival.log, index));
    // What came later is another entry: the one that arrived is void, which a later arrival says.
    if (!record || record->arrival > last_ || !wants(*record)) return std::string();
    json::object item = summary_json(read_summary(directory, *record));
    item["arrival"] = last_.value;
    if (json::array about = about_json(directory, store_, index_, *record); !about.empty())
      item["about"] = std::move(about);
    return event(arrival.kind, item);
  }

  bool wants(const IndexedRecord& record) const {
    return topic_.empty() || std::any_of(record.topics.begin(), record.topics.end(),
                                         [&](const auto& topic) { return topic_covers(topic_, topic); });
  }

  static bool is_full(const std::string& out, std::size_t passed) {
    return passed >= kEventsAtOnce || out.size() >= limits::kStreamTurnBytes;
  }
  std::string id() const { return "id: " + epoch_ + "." + std::to_string(last_.value) + "\n"; }
  std::string event(ArrivalKind kind, const json::object& item) const {
    return id() + "event: " + std::string(event_name(kind)) + "\ndata: " + json::serialize(item) + "\n\n";
  }
  // Passed without anything to say: the client's place moves all the same.
  std::string finish(std::string out, std::size_t passed) const {
    return out.empty() && passed > 0 ? id() + "\n" : out;
  }

  StoreReader& store_;
  const Nearness& nearness_;
  IndexReader& index_;
  std::string epoch_;
  std::string topic_;
  ArrivalSeq last_;
  bool anew_;  // the client is to be told that it begins anew
};

}  // namespace

EventsQuery read_events_query(const ApiRequest& request) {
  EventsQuery out{request.header("last-event-id"), "Last-Event-ID", ""};
  if (out.after.empty()) {
    out.after = request.param("after");
    out.after_field = "after";
  }
  if (const std::string topic = request.param("topic"); !topic.empty())
    out.topic = Vocabulary::builtin().canonical(topic);
  return out;
}

EventsApi::EventsApi(ApiShared& shared)
    : stream({.method = "GET",
              .pattern = "/api/v1/events",
              .need = Need::kReading,
              .id = "streamEvents",
              .tag = "reading",
              .summary = "Records as they arrive, as server-sent events; Last-Event-ID resumes",
              .query = {"topic", "after"},
              .gives = "text/event-stream"}),
      shared_(shared),
      parts_(shared.parts) {}

void EventsApi::add_routes(RouteTable& routes) {
  Route route{stream};
  route.stream = [this](const ApiRequest& request) { return events_of(read_events_query(request), request); };
  routes.add(std::move(route));
}

Result<EventSource> EventsApi::events_of(const EventsQuery& query, const ApiRequest& request) {
  KOINON_ASSIGN(const auto epoch, parts_.store->epoch());
  if (!epoch) return fail(Code::kInternal, "the store has begun no epoch", "store.db");
  KOINON_ASSIGN(const ArrivalSeq position, parts_.index->position());
  Start start{*epoch, position};
  if (!query.after.empty()) {
    KOINON_ASSIGN(start, start_after(*parts_.store, *epoch, query.after, query.after_field));
  }
  const auto arrivals =
      std::make_shared<ArrivalStream>(*parts_.store, parts_.nearness, *parts_.index, start, query.topic);
  MonoTime looked = parts_.clock.mono();
  return EventSource([this, request, arrivals, looked]() mutable -> Result<std::string> {
    const MonoTime now = parts_.clock.mono();
    if (now - looked >= limits::kStreamRecheck) {
      looked = now;
      KOINON_TRY(admit_still(shared_.access, request));
    }
    // As with what is asked for: strangers wait until our own log is back.
    if (request.caller.by == Caller::By::kNothing && parts_.signing.may_lack_withdrawals())
      return std::string();
    return arrivals->next();
  });
}

}  // namespace koinon
