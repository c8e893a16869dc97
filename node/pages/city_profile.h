// What a city says of itself, for the pages that show it.
//
// On the reading thread of its areas.
#pragma once

#include <optional>

#include <boost/json/object.hpp>

#include "koinon/v1/record.pb.h"
#include "node/pages/page_frame.h"

namespace koinon {

// Of its latest profile, asked for in the name of who looks; none where there is no profile, or they may not
// read it. `frame` and `records` outlive every request.
boost::asio::awaitable<std::optional<v1::Profile>> profile_of(PageFrame* frame, const RecordsApi* records,
                                                              Visit visit, std::string city);
// What our own latest profile says, as the content of a request to publish; without members where there is
// none. `frame` and `records` outlive every request.
boost::asio::awaitable<boost::json::object> own_profile(PageFrame* frame, const RecordsApi* records,
                                                        Visit visit);

}  // namespace koinon
