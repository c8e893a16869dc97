#include "tools/doctor/names.h"

#include <algorithm>

namespace koinon::doctor {

Findings check(const NameFacts& facts) {
  const auto fails = [](const NameFacts::Name& name) { return !name.fault.empty(); };
  if (facts.names.size() > 1 && std::all_of(facts.names.begin(), facts.names.end(), fails))
    return {{Weight::kProblem, "names.none",
             "No name of a host leads to an address: " + facts.names.front().fault + ".",
             "This node dials no peer that has a name, and sends no mail.",
             "Look at /etc/resolv.conf, and whether the name servers there answer: resolvectl status."}};
  Findings out;
  for (const NameFacts::Name& name : facts.names) {
    if (name.fault.empty()) continue;
    if (name.whose.empty())
      out.push_back(
          {Weight::kProblem, "names.own",
           "The name of this node's own address, " + name.host + ", leads nowhere: " + name.fault + ".",
           "Cities that have this node's line do not find it.",
           "Make an A or AAAA record for it, or set `address` to what there is and send peers the "
           "new line (koinon id)."});
    else
      out.push_back(
          {Weight::kWarning, "names.peer",
           "The name of " + name.whose + "'s address, " + name.host + ", leads nowhere: " + name.fault + ".",
           "This node cannot dial it.",
           "Ask its operator for its address of today (a new line of koinon id), unless it only dials."});
  }
  return out;
}

}  // namespace koinon::doctor
