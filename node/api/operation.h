// An operation of this node: its facts, and the function that runs it. Each operation is declared once, as a
// member of its area. Programs reach it as JSON (operation_route.h), pages call it. Both go through CallGate.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "node/access/rights.h"
#include "proto/base/limits.h"

namespace koinon {

// Enough for a request of a few lines.
inline constexpr std::size_t kSmallBody = 16 * limits::kKiB;

// Whether a reader does it (reader_rule.h). By its need: what everybody may read where reading is public.
enum class AtReader : unsigned char { kByNeed, kYes, kNo };

struct OperationFacts {
  std::string method;   // GET reads; all others change something
  std::string pattern;  // /api/v1/records/{city}/{index}; {rest...} at the end takes one segment or more
  Need need = Need::kReading;
  std::string id;  // operationId, and the action in the audit log
  std::string tag;
  std::string summary;
  std::vector<std::string> query = {};  // names of parameters that the document describes
  std::string takes = {};               // a schema's name, or a media type; empty: no body
  std::string gives = {};               // the same; empty: nothing
  unsigned status = 200;                // the status of success
  std::string gives_later = {};         // the schema of the answer 202, if the operation may wait
  std::size_t body_limit = limits::kHttpBodyBytes;
  bool takes_person = false;  // makes or changes credentials, so it is refused with a token
  AtReader at_reader = AtReader::kByNeed;

  bool changes() const { return method != "GET"; }
};

// Who calls, and from where.
struct Asker {
  Caller caller;
  bool local = false;  // over the Unix socket
  std::string remote;  // the visitor's address; empty over the Unix socket
  std::string host;    // the host to which the request was sent, for addresses that lead back here
  std::optional<std::uint32_t> uid = {};  // over the Unix socket: the user of the process that asks
};

// The query of an operation that only needs the caller, and the view of one that only succeeds or fails.
struct Nothing {};

// What the audit line of a change states beside the caller.
template <typename Query, typename View>
struct AuditOf {
  // The name of what is changed, as the address gives it: "seoul.example/17". Empty: it has no name yet.
  std::string (*target)(const Query&) = nullptr;
  // The name, ref or id of what was made, if there is no target.
  std::string (*made)(const View&) = nullptr;
  // The status, if it may differ from that of the facts: 202 if something waits.
  unsigned (*status)(const View&) = nullptr;
};

// Belongs to the thread of its area. Do not call it after the area is gone.
template <typename Query, typename View>
class Operation {
 public:
  using Answer = boost::asio::awaitable<Result<View>>;

  // For an area's function that may wait, for the network or the writer.
  template <typename Area>
  Operation(OperationFacts facts, Area* area, Answer (Area::*function)(Asker, Query),
            AuditOf<Query, View> audit = {})
      : facts(std::move(facts)), audit(audit), run_([area, function](Asker asker, Query query) {
          return (area->*function)(std::move(asker), std::move(query));
        }) {}
  // For a function that answers at once.
  template <typename Area>
  Operation(OperationFacts facts, Area* area, Result<View> (Area::*function)(const Asker&, const Query&),
            AuditOf<Query, View> audit = {})
      : facts(std::move(facts)), audit(audit), run_([area, function](Asker asker, Query query) {
          return at_once(area, function, std::move(asker), std::move(query));
        }) {}

  // Only CallGate calls this: it checks no rights and writes no audit line.
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
