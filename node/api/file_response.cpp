#include "node/api/file_response.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace koinon {

HttpResponse file_response(const std::string& name, const std::string& bytes) {
  HttpResponse out{200, "application/octet-stream", bytes, {}};
  out.headers["Content-Disposition"] =
      "attachment; filename*=UTF-8''" + boost::urls::encode(name, boost::urls::unreserved_chars);
  out.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'";
  return out;
}

HttpResponse calendar_response(std::string text) {
  HttpResponse out{200, "text/calendar; charset=utf-8", std::move(text), {}};
  out.headers["Content-Disposition"] = "attachment; filename=call.ics";
  out.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'";
  return out;
}

}  // namespace koinon
