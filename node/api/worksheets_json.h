// Worksheets as the API's JSON: the routes of their operations. The version of a worksheet is the ETag of its
// answer.
#pragma once

#include <string_view>

#include <boost/json/object.hpp>

#include "node/reading/worksheet_view.h"
#include "proto/base/result.h"

namespace koinon {

class CallGate;
class RouteTable;
class WorksheetsApi;

// The answers as programs give them, and as office.db has them.
boost::json::object answers_json(const WorksheetAnswers& answers);
// The same back. kInvalidArgument: it has a member or a value that is none.
Result<WorksheetAnswers> read_answers(const boost::json::object& object);
boost::json::object worksheet_json(const WorksheetView& view);

void add_worksheets_routes(RouteTable& routes, CallGate& gate, const WorksheetsApi& worksheets);

}  // namespace koinon
