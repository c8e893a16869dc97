// An answer made shorter for a client that takes it so. Pure functions, for any thread; the thread that has
// made the answer does this too, so that the time counts as time of that request.
//
// Never call this for an answer that has a secret beside what a stranger can choose. Whoever sees how long
// such answers are, and has them made again and again, finds the secret letter by letter (BREACH, Gluck,
// Harris and Prado 2013). Who calls it knows what stands in the answer; this cannot.
#pragma once

#include <string_view>

#include "node/http/accept_encoding.h"
#include "node/http/message.h"

namespace koinon {

// Whether texts of this type gain by it: texts, JSON, XML, scripts and SVG. Pictures, archives and event
// streams do not, nor does what has no type of its own.
bool gains_by_compression(std::string_view content_type);

// The answer, compressed if that is worth it and the client takes it. `accept_encoding` is the header of the
// request. Only answers with 200 of a type that gains, of limits::kCompressedLeast to kCompressedMost bytes,
// are compressed; not those that are coded already, are a part of something, set a cookie, or say
// no-transform.
//
// Every answer that may be compressed says Vary: Accept-Encoding, also where it is not. Where this client's
// answers are compressed the ETag is weak, since the bytes depend on the library; a 304 has the same ETag as
// the 200 would have (RFC 9110, section 15.4.5).
HttpResponse compressed(HttpResponse response, std::string_view accept_encoding);

// Tells proxies not to compress it either (no-transform, RFC 9111, section 5.2.2.6), where it is a text.
// HAProxy and Caddy obey; nginx does not. What varies by Accept-Encoding has been seen to, and stays.
HttpResponse kept_whole(HttpResponse response);

// Says in the answer that its bytes are those of this coding: Content-Encoding, and a weak ETag.
void state_coding(HttpResponse& response, ContentCoding coding);
// Adds a name to Vary.
void vary_by(HttpResponse& response, std::string_view header);

}  // namespace koinon
