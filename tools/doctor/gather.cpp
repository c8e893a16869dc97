#include "tools/doctor/gather.h"

#include "tools/answers.h"

namespace koinon::doctor {

Facts gather(const Wish& wish) {
  Facts out;
  Config config;
  const auto answers = ask_daemon(wish, out);
  if (!out.daemon.folder_fault.empty()) return out;
  if (out.daemon.state == DaemonFacts::State::kForbidden) {
    out.unlooked.emplace_back("the data folder and the daemon: this user may not.");
    return out;
  }
  gather_folder(wish, answers, out, config);
  if (answers) read_answers(*answers, out);
  if (!answers) out.unlooked.emplace_back("peers, lag, versions and limits: koinond does not run or answer.");
  if (!out.configuration->fault.empty()) {
    out.unlooked.push_back("ports and names: " + out.configuration->path + " does not read.");
    return out;
  }
  gather_ports(config, answers, out);
  if (!wish.network) {
    out.unlooked.emplace_back(
        "names of hosts, and who answers at addresses, seen from here and from outside: --offline.");
    return out;
  }
  if (answers) gather_outside(wish, out);
  gather_network(config, answers ? text_of(answers->id, "node_key") : std::string(), out);
  return out;
}

}  // namespace koinon::doctor
