// Requests and responses as the handlers see them, apart from the library that carries them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proto/base/result.h"
#include "storage/office/accounts.h"

namespace koinon {

struct Route;

// Who asks.
struct Caller {
  // How they are known. What a browser sends by itself needs a proof against forged requests besides.
  enum class By : unsigned char { kNothing, kSocket, kToken, kSession, kProxy, kFeedKey };

  By by = By::kNothing;
  Role role = Role::kNobody;
  UserId user;         // 0: no account
  std::string name;    // of the account; "local" over the Unix socket
  std::string office;  // in whose name a publisher publishes; empty: any
  std::string person;
  std::string credential;  // which session or token
  std::string csrf;        // of the session
};

struct HttpRequest {
  std::string method;                          // GET, POST, PUT, PATCH, DELETE
  std::vector<std::string> path;               // decoded segments
  std::map<std::string, std::string> query;    // decoded; the last of equal names
  std::map<std::string, std::string> headers;  // lower-case names; equal ones joined by ", "
  std::string body;
  bool local = false;  // came over the Unix socket
  std::string peer;    // the address at the other end of the connection; empty over the Unix socket
  std::string remote;  // the same, or what a trusted proxy says

  const Route* route = nullptr;             // set when it is admitted
  std::map<std::string, std::string> args;  // what the route's pattern names
  Caller caller;

  std::string param(const std::string& name) const {
    const auto it = query.find(name);
    return it == query.end() ? std::string() : it->second;
  }
  std::string header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string() : it->second;
  }
  std::string arg(const std::string& name) const {
    const auto it = args.find(name);
    return it == args.end() ? std::string() : it->second;
  }
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

// RFC 9457 problem details; `code` and `field` are extension members.
HttpResponse problem(const Error& error);
unsigned status_of(Code code);

}  // namespace koinon
