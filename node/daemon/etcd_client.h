// Asks etcd over the JSON gateway that it has since version 3.4 (/v3/…), by libcurl: POST, one connection
// kept open, each address in turn until one answers. An https:// address must show a certificate that the
// machine's own list of authorities (/etc/ssl/certs) leads to; no redirect and no proxy is followed.
//
// A request is over in limits::kEtcdDeadline. It may be sent again, to another address: what is asked must
// bear to be done twice. One thread at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/result.h"

namespace koinon {

class EtcdClient {
 public:
  // Such as http://10.0.0.1:2379; at least one.
  explicit EtcdClient(std::vector<std::string> addresses);
  ~EtcdClient();
  EtcdClient(const EtcdClient&) = delete;
  EtcdClient& operator=(const EtcdClient&) = delete;

  // The body of the answer. kUnavailable: nobody took the request. kRefused: etcd has not done it, and says
  // why. kIo: it may be done, and nobody said so. After kUnavailable and kIo others fail at once for
  // limits::kEtcdRest.
  Result<std::string> post(const std::string& path, const std::string& body);

 private:
  struct Reply;
  Reply ask(const std::string& url, const std::string& body, std::chrono::milliseconds at_most);
  Error rest(Error why);

  std::vector<std::string> addresses_;
  std::size_t at_ = 0;       // the one that is asked next: the last that answered
  void* easy_ = nullptr;     // of libcurl
  void* headers_ = nullptr;  // the same
  std::optional<Error> failed_;
  std::chrono::steady_clock::time_point rests_until_;
};

}  // namespace koinon
