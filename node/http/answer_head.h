// What stands at the beginning of every answer. Pure functions, for any thread.
#pragma once

#include <map>
#include <string>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "node/http/message.h"
#include "proto/base/types.h"

namespace koinon {

// How the answer fits its request.
struct AnswerForm {
  UnixMillis now;         // for its Date
  unsigned version = 11;  // 11: HTTP/1.1
  bool keep_alive = false;
  bool head = false;  // the request was HEAD: the length of the body, and no body
};

boost::beast::http::response<boost::beast::http::string_body> whole_answer(HttpResponse response,
                                                                           const AnswerForm& form);

// The head of an event stream, whose length nobody knows. A proxy that keeps an answer back until it has much
// of it, or all, never hands on a stream: nginx is told not to by X-Accel-Buffering, those that compress by
// no-transform.
std::string stream_head(UnixMillis now, const std::map<std::string, std::string>& headers);

}  // namespace koinon
