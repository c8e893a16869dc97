// The commands about calls and visits: asking for one, answering, saying what came of it, and which there
// are.
#pragma once

#include <string>
#include <vector>

#include "tools/commands.h"

namespace koinon {

// Times are as clocks show them, 2026-12-01T15:00, in `zone`; empty: the zone of this machine.
struct CallArguments {
  std::string city;
  std::string about;  // the ref of a note; empty: none
  std::string text;
  std::vector<std::string> times;
  std::string zone;
  int minutes = 30;
  bool visit = false;
  std::string contact;
  std::string language;
};
Status run_call(const Common& common, const CallArguments& arguments);

// One of `yes` to `not_held`.
struct CallReplyArguments {
  std::string ref;
  int yes = 0;  // the number of the time that is taken, from 1; 0: none
  std::vector<std::string> another_time;
  std::string colleague;
  bool no = false;
  std::string held;  // what came of it
  bool not_held = false;
  std::string zone;
  int minutes = 30;  // of other times
  std::string text;
  std::string contact;
  std::string language;
};
Status run_call_reply(const Common& common, const CallReplyArguments& arguments);

// `phase`: only those in this phase; empty: all.
Status run_calls(const Common& common, const std::string& phase);

}  // namespace koinon
