// The witness for other systems over HTTP, as C2SP tlog-witness says: POST /add-checkpoint, and GET
// /ORIGINHASH/checkpoint. Both prefixes are the same.
//
// On the HTTP server's thread; the answers are made on the witness's.
#pragma once

#include <string>
#include <vector>

#include "node/access/throttle.h"
#include "node/daemon/witness_thread.h"
#include "node/http/server.h"
#include "node/text/networks.h"
#include "proto/base/limits.h"

namespace koinon {

class WitnessService final : public HttpService {
 public:
  // `proxies`: whose forwarding headers are believed. `witness` must live longer than this.
  WitnessService(WitnessThread& witness, std::vector<AddressRange> proxies, std::function<MonoTime()> clock)
      : witness_(witness), proxies_(std::move(proxies)), clock_(std::move(clock)) {}

  Looked look(HttpRequest request) override;
  boost::asio::awaitable<Admitted> admit(RequestOnItsWay request, bool has_body) override;
  boost::asio::awaitable<HttpResponse> answer(RequestOnItsWay request) override;
  boost::asio::awaitable<HttpResponse> refuse(RequestOnItsWay request, Error error) override;
  boost::asio::awaitable<OpenedStream> open_stream(RequestOnItsWay request) override;
  bool is_proxy(const std::string& address) const override;

 private:
  WitnessThread& witness_;
  std::vector<AddressRange> proxies_;
  std::function<MonoTime()> clock_;
  // A stranger's signature takes a tenth of a millisecond to verify.
  Throttle visitors_{limits::kHttpRequestsAtOnce, limits::kHttpRequestsPerSecond, limits::kThrottled};
};

}  // namespace koinon
