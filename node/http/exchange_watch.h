// Follows the requests of one connection, one after the other, and tells of each once it is answered.
//
// On the HTTP server's thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "node/http/message.h"

namespace koinon {

class ExchangeWatch {
 public:
  // `mono` outlives this; none: nobody is told how long an answer took.
  ExchangeWatch(const std::function<MonoTime()>& mono, std::optional<std::uint32_t> uid)
      : mono_(mono), uid_(uid) {}

  // The header of a request has come, whether it can be read or not.
  void begin() {
    exchange_ = std::make_shared<Exchange>();
    exchange_->began = now();
    exchange_->uid = uid_;
  }
  // It could be read. From here on the request carries what is told of it.
  void read(HttpRequest& request, bool head, unsigned version) const {
    exchange_->method = head ? "HEAD" : request.method;
    exchange_->version = version;
    request.uid = uid_;
    request.exchange = exchange_;
  }
  // Its answer begins to be sent. If there are two, as behind one that could not be sent, the last counts.
  void answers(unsigned status, std::size_t bytes) const {
    exchange_->status = status;
    exchange_->bytes = bytes;
    exchange_->took = now() - exchange_->began;
  }
  // The request is done with: what is told of it, if it was answered.
  std::shared_ptr<Exchange> take() {
    const auto done = std::exchange(exchange_, nullptr);
    return done && done->status != 0 ? done : nullptr;
  }

 private:
  MonoTime now() const { return mono_ ? mono_() : MonoTime(); }

  const std::function<MonoTime()>& mono_;
  std::optional<std::uint32_t> uid_;
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace koinon
