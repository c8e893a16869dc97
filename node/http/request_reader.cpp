#include "node/http/request_reader.h"

#include <boost/url.hpp>

namespace koinon {

Result<HttpRequest> read_http_request(const boost::beast::http::request<boost::beast::http::string_body>& raw,
                                      bool local) {
  const auto target = boost::urls::parse_origin_form({raw.target().data(), raw.target().size()});
  if (target.has_error()) return fail(Code::kMalformed, "the address does not parse", "target");
  HttpRequest request;
  request.method = std::string(raw.method_string());
  for (const auto& segment : target->segments()) request.path.push_back(segment);
  for (const auto& param : target->params()) request.query[param.key] = param.value;
  for (const auto& field : raw) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers[name] = std::string(field.value());
  }
  request.body = raw.body();
  request.local = local;
  return request;
}

}  // namespace koinon
