// Calls and visits, each with what was said of it and what follows from that.
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/reading/call_state.h"
#include "node/reading/directory.h"

namespace koinon {

// What a city is to do next about a call.
enum class CallTask : unsigned char {
  kNone,
  kAnswer,  // it is asked
  kChoose,  // it asks, and is offered other times
  kTell,    // the time is over, and it has not said what came of it
};
// "", "answer", "choose", "tell".
std::string_view call_task_text(CallTask task);

struct CallWordView {
  std::string ref;
  std::string city;
  LogId log;
  EntryIndex index;
  v1::CallReply reply;
  UnixMillis at;         // by its author's clock
  std::string language;  // BCP 47
};

struct CallView {
  std::string ref;
  EntryIndex index;  // in the log of the asking city
  ArrivalSeq arrival;
  Hash leaf;
  CallParties parties;
  std::string asker;  // cities, as this node names them
  std::string asked;  // empty: none, or several
  v1::Call call;
  std::string language;            // BCP 47
  std::vector<std::string> about;  // refs of what it is about, as far as it stands
  bool withdrawn = false;
  CallState state;
  // The newest of each of the two that stand, in the order of their coming; fewer in a list.
  std::vector<CallWordView> words;
  std::string asker_zone;  // a zone that exists; empty: it is not known
  std::string asked_zone;  // the same
  unsigned changes = 0;    // how often one of the two has said or withdrawn something; it only grows
  UnixMillis changed_at;   // when the newest of it that stands was signed
};

// What was found of cities while one list of calls is made.
struct CallMemory {
  std::map<LogId, std::string> zones;
  std::map<LogId, std::size_t> bytes;  // of replies of each city that were read
};

struct CallSources {
  Directory& directory;
  StoreReader& store;
  IndexReader& index;
  CallMemory* memory = nullptr;  // none: of one call alone
};

// What `city` is to do about it at this time.
CallTask call_task(const CallView& view, const LogId& city, UnixMillis now);

// kNotFound: it is not held, is no call, or its text is not here. What is longer than limits::kCallBytes is
// as if it were not here.
Result<CallView> read_call(const CallSources& from, const LogId& log, EntryIndex index, UnixMillis now);
// The same of what the index has.
Result<CallView> read_call(const CallSources& from, const IndexedRecord& record, UnixMillis now);
// The calls of a city: those that it has asked for, has answered, or is asked for. The newest some hundred of
// each are looked at; the newest first. Calls whose text is not here are left out. Of what one city has said
// to all of them a few MiB are read, in that order: whoever says more is heard of no more.
Result<std::vector<CallView>> read_calls(const CallSources& from, const LogId& city, UnixMillis now);
// The same without those that it has not answered: all about which it may have something to tell.
Result<std::vector<CallView>> read_spoken_calls(const CallSources& from, const LogId& city, UnixMillis now);
// The zone that the city's newest calls and replies name. Empty: none of them names one, or UTC alone, which
// says that nobody has set it.
std::string zone_named_by(StoreReader& store, IndexReader& index, const LogId& city);
// The same, else the only zone of the country that its profile names. Empty: not known.
std::string zone_of_city(StoreReader& store, IndexReader& index, const LogId& city);
// The country in its latest profile, ISO 3166-1. Empty: it has not stated it.
std::string country_of(StoreReader& store, IndexReader& index, const LogId& city);

}  // namespace koinon
