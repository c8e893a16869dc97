// Whether this node signs, and what else its alarms say that no other check looks at.
#pragma once

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct SigningFacts {
  std::string state;  // ready, waits, stopped, never; empty: koinond was not asked
  std::string why;
  struct Alarm {
    std::string id;
    std::string text;
    bool critical = false;
  };
  std::vector<Alarm> alarms;
};

Findings check(const SigningFacts& facts);

}  // namespace koinon::doctor
