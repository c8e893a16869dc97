// An operation of this node: what is known of it without running it, and how it is run. Each is declared
// once, as a member of the area that it belongs to; programs reach it as JSON (operation_route.h), pages
// call it, both through the one CallGate.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "node/access/rights.h"
#include "proto/base/limits.h"

namespace koinon {

struct OperationFacts {
  std::string method;   // GET reads; every other changes something
  std::string pattern;  // /api/v1/records/{city}/{index}; {rest...} at the end takes one segment or more
  Need need = Need::kReading;
  std::string id;  // operationId, and the action in the audit log
  std::string tag;
  std::string summary;
  std::vector<std::string> query = {};  // names of parameters that the document describes
  std::string takes = {};               // a schema's name, or a media type; empty: no body
  std::string gives = {};               // the same; empty: nothing
  unsigned status = 200;                // where it went well
  std::string gives_later = {};         // with 202, where it may wait
  std::size_t body_limit = limits::kHttpBodyBytes;
  bool takes_person = false;  // makes or changes what people are known by: no token may

  bool changes() const { return method != "GET"; }
};

// Who calls, and from where.
struct Asker {
  Caller caller;
  bool local = false;  // over the Unix socket
  std::string remote;  // the visitor's address; empty over the Unix socket
  std::string host;    // that the request was sent to, for addresses that lead back here
};

// For an operation that is told nothing but who calls, and one that says nothing but that it went well.
struct Nothing {};

// What the audit line of a change says beside who made it.
template <typename Query, typename View>
struct AuditOf {
  // What is changed, as the names in the address give it: "seoul.example/17". Empty: it has no name yet.
  std::string (*target)(const Query&) = nullptr;
  // What came of it where there is no target: the name, ref or id of what was made.
  std::string (*made)(const View&) = nullptr;
  // The status, where it is not always that of the facts: 202 for what waits.
  unsigned (*status)(const View&) = nullptr;
};

// Belongs to the thread of its area, and is not called after it.
template <typename Query, typename View>
class Operation {
 public:
  using Answer = boost::asio::awaitable<Result<View>>;

  // Of an area's function that may wait, for the network or the writer.
  template <typename Area>
  Operation(OperationFacts facts, Area* area, Answer (Area::*function)(Asker, Query),
            AuditOf<Query, View> audit = {})
      : facts(std::move(facts)), audit(audit), run_([area, function](Asker asker, Query query) {
          return (area->*function)(std::move(asker), std::move(query));
        }) {}
  // Of one that answers at once.
  template <typename Area>
  Operation(OperationFacts facts, Area* area, Result<View> (Area::*function)(const Asker&, const Query&),
            AuditOf<Query, View> audit = {})
      : facts(std::move(facts)), audit(audit), run_([area, function](Asker asker, Query query) {
          return at_once(area, function, std::move(asker), std::move(query));
        }) {}

  // For CallGate alone: whoever calls this asks for no rights and leaves no audit line.
  Answer run(Asker asker, Query query) const { return run_(std::move(asker), std::move(query)); }

  const OperationFacts facts;
  const AuditOf<Query, View> audit;

 private:
  template <typename Area>
  static Answer at_once(Area* area, Result<View> (Area::*function)(const Asker&, const Query&), Asker asker,
                        Query query) {
    co_return (area->*function)(asker, query);
  }

  std::function<Answer(Asker, Query)> run_;
};

}  // namespace koinon
