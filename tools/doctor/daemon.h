// Whether koinond runs for the folder.
#pragma once

#include "tools/doctor/finding.h"
#include "tools/start_hint.h"

namespace koinon::doctor {

struct DaemonFacts {
  enum class State : unsigned char {
    kAnswers,
    kDown,       // nothing listens on its socket, and nothing holds the folder
    kStarts,     // nothing listens on its socket, and something holds the folder: it starts, stops or hangs
    kSilent,     // it takes the connection and does not answer in time
    kForbidden,  // this user may not ask it
    kStranger,   // another user's program listens in its place
  };
  State state = State::kAnswers;
  std::string folder;
  StartHint start;            // of that folder
  std::string folder_fault;   // why no whole node lives there; empty: one does
  std::string stranger;       // who listens there, a sentence
  std::string refusal;        // what refuses the folder or a part of it, and what mends that
  bool is_users_own = false;  // this user is the node's, so what refuses has a wrong owner or mode
};

Findings check(const DaemonFacts& facts);

}  // namespace koinon::doctor
