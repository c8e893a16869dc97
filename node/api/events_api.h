// Event streams: the arrivals in order, after they are indexed. A stream is not called once and answered
// once, as an operation is. Its route has the facts of an operation, and sends news to its client as long as
// the client may read.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

// Where a stream begins: after the event with this id, or after an arrival with this number. Without either
// it begins now. After an id of an epoch that has ended it goes on at that epoch's end at the latest. After
// an id of an epoch that the store does not know it says `reset` and begins at the first arrival: nothing is
// lost, but events may come again.
struct EventsQuery {
  std::string after;
  std::string after_field;  // which header or parameter said it
  std::string topic;        // and the topics below it; empty: all
};
// Reads Last-Event-ID or `after`, and `topic`.
EventsQuery read_events_query(const ApiRequest& request);

class EventsApi {
 public:
  explicit EventsApi(ApiShared& shared);
  void add_routes(RouteTable& routes);

  // kInvalidArgument, before the stream begins: no event can have that id.
  const OperationFacts stream;

 private:
  // `request` is the client's. Again and again it is checked whether the client may still read.
  Result<EventSource> events_of(const EventsQuery& query, const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
