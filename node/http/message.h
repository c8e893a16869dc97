// Requests and responses as handlers see them, without the types of the HTTP library.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/http/exchange.h"
#include "proto/base/result.h"

namespace koinon {

struct HttpRequest {
  std::string method;                          // GET, POST, PUT, PATCH, DELETE
  std::vector<std::string> path;               // decoded segments
  std::map<std::string, std::string> query;    // decoded; of equal names the last counts
  std::map<std::string, std::string> headers;  // lower-case names; equal ones joined by ", "
  std::string body;
  bool local = false;  // it came over the Unix socket of operators
  // The address at the other end of the connection; kProxySocket over a proxy's Unix socket, empty over that
  // of operators.
  std::string peer;
  std::string remote;                  // the same, or the address that a trusted proxy states
  std::optional<std::uint32_t> uid;    // over the socket of operators: the user of the process that asks
  std::shared_ptr<Exchange> exchange;  // what is told of it later; none: nothing is
  std::optional<Error> fault;  // why nothing is served at its address; if it cannot be read, path is the root

  std::string param(const std::string& name) const {
    const auto it = query.find(name);
    return it == query.end() ? std::string() : it->second;
  }
  std::string header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string() : it->second;
  }
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

// Problem details of RFC 9457: the title is the status's phrase, the detail the error's sentence. `code` and
// `field` are extension members. `field` is there if the error names a parameter, a header or a member of the
// body.
HttpResponse problem(const Error& error);
unsigned status_of(Code code);

}  // namespace koinon
