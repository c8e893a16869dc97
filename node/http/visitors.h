// Visitors: whoever shares an address, as far as limits are concerned. An IPv6 visitor has a whole /64, since
// one machine may use any address of it.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace koinon {

// The address as limits count it: an IPv4 address as it is, an IPv6 address as its /64 network, one that
// carries an IPv4 address as that. A text that is no address as it is.
std::string visitor_of(const std::string& address);
// The same by /24 and /64, for limits on whole neighbourhoods.
std::string network_of(const std::string& address);

// How many of something each visitor has at the moment, and all together.
class Shares {
 public:
  Shares(std::size_t each, std::size_t all) : each_(each), all_(all) {}

  bool has_room(const std::string& visitor) const;
  void add(const std::string& visitor);
  void remove(const std::string& visitor);
  std::size_t of(const std::string& visitor) const;
  std::size_t total() const { return total_; }

 private:
  std::size_t each_;
  std::size_t all_;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> counts_;
};

// Holds one share while it lives.
class Share {
 public:
  Share(std::shared_ptr<Shares> shares, std::string visitor)
      : shares_(std::move(shares)), visitor_(std::move(visitor)) {
    shares_->add(visitor_);
  }
  ~Share() { shares_->remove(visitor_); }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

 private:
  std::shared_ptr<Shares> shares_;
  std::string visitor_;
};

}  // namespace koinon
