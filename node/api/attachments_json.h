// Attachments as the API's JSON, and files to be saved: the routes of their operations.
#pragma once

#include <boost/json/object.hpp>

#include "node/reading/attachment_view.h"

namespace koinon {

class AttachmentsApi;
class CallGate;
class RouteTable;

boost::json::object attachment_json(const AttachmentView& view);

void add_attachments_routes(RouteTable& routes, CallGate& gate, const AttachmentsApi& attachments);

}  // namespace koinon
