// Handshakes of strangers under way: so many at once, shared out by neighbourhood (/24 and /64), so that
// nobody who opens connections and says nothing keeps the others out. Where there is no room the oldest of
// the neighbourhood that has most gives way.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace koinon {

class Handshakes {
 public:
  using Number = std::uint64_t;

  // `close` ends the connection; it is called at most once, and not after end().
  Number begin(const std::string& network, std::function<void()> close);
  void end(Number number);
  // Closes all that are under way.
  void close_all();
  std::size_t count() const { return open_.size(); }

 private:
  struct Open {
    std::string network;
    std::function<void()> close;
  };
  using All = std::map<Number, Open>;

  void make_room(const std::string& network);
  // The oldest of that neighbourhood.
  void give_way(const std::string& network);
  void close_one(All::iterator open);

  All open_;  // the oldest first
  std::map<std::string, std::size_t> counts_;
  Number next_ = 1;
};

}  // namespace koinon
