// From a parsed HTTP message to what handlers see. A header of its own, so that it can be fuzzed with the
// parser before it.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "node/http/message.h"

namespace koinon {

// Everything but the body. `peer`: the address at the other end; empty: the Unix socket. Refuses what
// programs could understand differently: two hosts, two lengths, names or values with control characters.
Result<HttpRequest> read_http_request(const boost::beast::http::request_header<>& raw, std::string peer);

}  // namespace koinon
