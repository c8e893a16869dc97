// What one part keeps of a link or a log. That part alone can read or change it; others ask the part.
#pragma once

namespace koinon::engine {

// `Helper` and `Second`: classes that the part is made of, where it has some that work on the same state.
template <typename State, typename Part, typename Helper = Part, typename Second = Part>
class Owned {
 private:
  friend Part;
  friend Helper;
  friend Second;

  State* operator->() { return &state_; }
  const State* operator->() const { return &state_; }
  State& operator*() { return state_; }
  const State& operator*() const { return state_; }

  State state_;
};

}  // namespace koinon::engine
