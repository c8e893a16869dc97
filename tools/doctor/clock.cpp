#include "tools/doctor/clock.h"

namespace koinon::doctor {

Findings check(const ClockFacts& facts) {
  Findings out;
  if (facts.off)
    out.push_back(
        {facts.signing_waits ? Weight::kProblem : Weight::kWarning, "clock.off",
         "The clock seems to be " + span_text(facts.behind_seconds) +
             (facts.behind_seconds < 0 ? " ahead" : " behind") + " (" + listed(facts.because) + ").",
         facts.signing_waits ? "Nothing is signed until it is set, or an operator says that it is right."
                             : "What is published here bears a wrong time for ever.",
         "Set it (timedatectl, chronyc makestep); if it is right: koinon clock --is-right."});
  if (facts.synchronised == false)
    out.push_back({Weight::kWarning, "clock.unsynchronised", "Nothing sets this machine's clock.",
                   "It drifts. Once peers contradict it, nothing is signed.",
                   "Run an NTP client: apt install chrony, or timedatectl set-ntp true."});
  if (facts.offset_seconds != 0)
    out.push_back({Weight::kProblem, "clock.offset",
                   "clock.offset_seconds is " + std::to_string(facts.offset_seconds) + ".",
                   "It is for tests alone: all that is signed bears a wrong time for ever.",
                   "Remove the line from koinond.toml, and restart koinond."});
  return out;
}

}  // namespace koinon::doctor
