// What was said to a practice before it was revised, for the page of the newest version.
//
// On the reading thread of its areas.
#pragma once

#include <vector>

#include "node/pages/page_frame.h"
#include "node/reading/record_view.h"

namespace koinon {

// The records that refer to it, after those that adopt, ask about or derive from the versions of its own log
// that it revises, the oldest first: whoever tried an earlier version has tried this practice. Ten versions
// are looked at. `frame`, `records` and `record` outlive the request.
boost::asio::awaitable<std::vector<ReferringView>> said_to_versions(PageFrame* frame,
                                                                    const RecordsApi* records, Visit visit,
                                                                    const RecordView* record);

}  // namespace koinon
