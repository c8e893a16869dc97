// From a parsed HTTP message to what handlers see. A header of its own, so that it can be fuzzed with the
// parser before it.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "node/http/message.h"

namespace koinon {

// `local`: it came over the Unix socket.
Result<HttpRequest> read_http_request(const boost::beast::http::request<boost::beast::http::string_body>& raw,
                                      bool local);

}  // namespace koinon
