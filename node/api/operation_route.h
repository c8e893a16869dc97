// Serves an operation to programs: reads its query from a request, and writes its view as an answer. CallGate
// does the rest.
#pragma once

#include "node/api/call_gate.h"
#include "node/api/routes.h"

namespace koinon {

template <typename Query>
using ReadQuery = Result<Query> (*)(const ApiRequest&);
// Writes the answer. The request decides about its form: it may ask for another media type, or have the same
// answer already (conditional).
template <typename View>
using WriteView = HttpResponse (*)(const ApiRequest&, const View&);

// `gate` and `operation` must live longer than the request.
template <typename Query, typename View>
boost::asio::awaitable<HttpResponse> serve(CallGate* gate, const Operation<Query, View>* operation,
                                           ReadQuery<Query> read, WriteView<View> write, ApiRequest request) {
  Result<Query> query = fail(Code::kInternal, "the request was not read");
  try {
    query = read(request);
  } catch (const std::exception& error) {
    query = CallGate::fault(error);
  }
  // A file may be large, and the query has it now. (A string that is assigned to keeps its memory.)
  std::string().swap(request.body);
  if (!query.ok()) {
    gate->note_failure(operation->facts, asker_of(request), target_of(request), query.error());
    co_return problem(query.error());
  }
  const Result<View> view = co_await gate->call(*operation, asker_of(request), std::move(*query));
  co_return view.ok() ? write(request, *view) : problem(view.error());
}

// `gate` and `operation` must live longer than the table.
template <typename Query, typename View>
void add_route(RouteTable& routes, CallGate& gate, const Operation<Query, View>& operation,
               ReadQuery<Query> read, WriteView<View> write) {
  Route route{operation.facts};
  route.handle = [gate = &gate, operation = &operation, read, write](ApiRequest request) {
    return serve<Query, View>(gate, operation, read, write, std::move(request));
  };
  routes.add(std::move(route));
}

}  // namespace koinon
