#include "tools/doctor/daemon.h"

namespace koinon::doctor {

Findings check(const DaemonFacts& facts) {
  using State = DaemonFacts::State;
  if (!facts.folder_fault.empty())
    return {{Weight::kProblem, "daemon.folder", facts.folder_fault,
             "koinond starts in a folder with a whole node alone: another one would be another city.",
             "Name the right folder with --data, or put back what is missing from a backup (RUNBOOK, "
             "\"Restore\")."}};
  switch (facts.state) {
    case State::kAnswers:
      return {};
    case State::kDown:
      return {{Weight::kProblem, "daemon.down", "koinond does not run for " + facts.folder + ".",
               "Nobody reads or publishes here, and what other cities publish does not arrive.",
               "Start it: systemctl start koinond, or koinond --data " + facts.folder +
                   ". If it ends again, its last line says why: journalctl -u koinond -n 20."}};
    case State::kStarts:
      return {{Weight::kProblem, "daemon.starts",
               "A program uses " + facts.folder + ", and nothing answers on its socket.",
               "koinond starts or stops, or a koinon restore, fsck or recover is at work.",
               "Wait a minute and look again. If it stays so, journalctl -u koinond says what it does."}};
    case State::kSilent:
      return {{Weight::kProblem, "daemon.silent", "koinond takes connections and does not answer.",
               "Readers wait in vain. Its disk may hang, or the process may be stopped.",
               "Look at the disk (dmesg, iostat), then: systemctl restart koinond."}};
    case State::kForbidden:
      return {{Weight::kWarning, "daemon.forbidden", "This user may not ask koinond.",
               "Most of what is to be looked at was not looked at.",
               "Run koinon doctor as the node's user or as root: runuser -u koinon -- koinon doctor."}};
  }
  return {};
}

}  // namespace koinon::doctor
