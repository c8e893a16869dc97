// A city whose keys two nodes have: `one` tells its history to Milan, `other` to Los Angeles. Milan and Los
// Angeles are peers, and have not met.
#pragma once

#include "tests/engine/network.h"

namespace koinon::test {

class ForkedCity : public NetworkTest {
 protected:
  // After a common beginning.
  void begin(bool vouched = true) {
    network.peer(one, milan);
    network.peer(other, la);
    network.peer(milan, la);
    if (vouched) {
      milan.vouch(one);
      la.vouch(one);
    }
    to_one = network.connect(milan, one);
    to_other = network.connect(la, other);
    network.drive();
  }
  // Neither of the two is there any more.
  void leave() {
    network.cut(to_one);
    network.cut(to_other);
    network.drive();
  }
  // Each signs another history.
  void part_ways() {
    one.publish(3, "health/testing");
    other.publish(3, "climate/heat");
    network.drive();
  }
  SessionId meet() {
    const SessionId session = network.connect(milan, la);
    network.drive();
    return session;
  }

  TestNode& one = network.add("forked.example");
  TestNode& other = network.add("forked.example");
  TestNode& milan = network.add("milan.example");
  TestNode& la = network.add("la.example");
  SessionId to_one;
  SessionId to_other;
};

}  // namespace koinon::test
