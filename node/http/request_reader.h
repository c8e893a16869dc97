// Makes the request that handlers see out of a parsed HTTP message. It has a header of its own, so that a
// fuzzer can run it together with the parser.
#pragma once

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "node/http/message.h"

namespace koinon {

// Reads all but the body. `peer` is as in HttpRequest. Refuses requests
// that two programs could understand differently: with two hosts, two lengths, or control characters in names
// or values. One whose address cannot be read has a fault: whoever sent it is told in the form that they
// want.
Result<HttpRequest> read_http_request(const boost::beast::http::request_header<>& raw, std::string peer);

// Why a request could not be read, of its header with the bytes that came, and of its body.
Error header_error(const boost::beast::error_code& error, const boost::beast::flat_buffer& read);
Error parse_error(const boost::beast::error_code& error);

// An address that has bytes which are to be percent-encoded.
Error unencoded_address();

}  // namespace koinon
