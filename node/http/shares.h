// What visitors have of something that there is only so much of. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace koinon {

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
