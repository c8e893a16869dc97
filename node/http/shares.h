// Shares of something limited, counted by visitor. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace koinon {

// How many each visitor has at the moment, and how many all have together.
class Shares {
 public:
  Shares(std::size_t each, std::size_t all) : each_(each), all_(all) {}

  bool has_room(const std::string& visitor, std::size_t amount = 1) const;
  void add(const std::string& visitor, std::size_t amount = 1);
  void remove(const std::string& visitor, std::size_t amount = 1);
  std::size_t of(const std::string& visitor) const;
  std::size_t total() const { return total_; }

 private:
  std::size_t each_;
  std::size_t all_;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> counts_;
};

// Holds a share while it lives.
class Share {
 public:
  Share(std::shared_ptr<Shares> shares, std::string visitor, std::size_t amount = 1)
      : shares_(std::move(shares)), visitor_(std::move(visitor)), amount_(amount) {
    shares_->add(visitor_, amount_);
  }
  ~Share() { shares_->remove(visitor_, amount_); }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

 private:
  std::shared_ptr<Shares> shares_;
  std::string visitor_;
  std::size_t amount_;
};

}  // namespace koinon
