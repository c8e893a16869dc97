// Event streams: the arrivals, in order, once the index has them. A stream is no call that is asked and
// answers once: its route takes the facts of an operation, and gives its client what is new as long as that
// may read.
//
// On the reading thread that its parts belong to.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

// From the id on that an event had, or from a bare number of an arrival; without either, from now. After an
// id of another journal, from the beginning: nothing is lost, some comes again.
struct EventsQuery {
  std::string after;
  std::string topic;  // with everything below it; empty: every one
};
// Last-Event-ID or `after`, and `topic`.
EventsQuery read_events_query(const ApiRequest& request);

class EventsApi {
 public:
  explicit EventsApi(ApiShared& shared);
  void add_routes(RouteTable& routes);

  // kInvalidArgument, before the stream begins: no event had that id.
  const OperationFacts stream;

 private:
  // `request`: of the client, who is asked for again and again whether they may still read.
  Result<EventSource> events_of(const EventsQuery& query, const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
