// koinon doctor: what is wrong, why it matters, and what to do.
#include <csignal>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "crypto/secret_memory.h"
#include "node/daemon/folder_owner.h"
#include "tools/commands.h"
#include "tools/doctor/gather.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr int kFound = 1;

json::object examination_json(const doctor::Examination& examination,
                              const std::vector<std::string>& unlooked) {
  json::array findings;
  for (const doctor::Finding& one : examination.findings)
    findings.push_back(json::object{{"id", one.id},
                                    {"weight", doctor::weight_word(one.weight)},
                                    {"what", one.what},
                                    {"why", one.why},
                                    {"to_do", one.todo}});
  return {{"findings", std::move(findings)},
          {"looked_at", json::array(examination.looked_at.begin(), examination.looked_at.end())},
          {"not_looked_at", json::array(unlooked.begin(), unlooked.end())}};
}

}  // namespace

Status run_doctor(const Common& common, bool offline, int& exit_code) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that closes ends nothing
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(common.data));
  KOINON_TRY(protect_secrets());
  doctor::Wish wish;
  wish.data = common.data;
  wish.config = common.config;
  wish.network = !offline;
  const doctor::Facts facts = doctor::gather(wish);
  const doctor::Examination examination = doctor::examine(facts);
  if (common.json) {
    std::cout << json::serialize(examination_json(examination, facts.unlooked)) << std::endl;
  } else {
    std::cout << harmless(doctor::examination_text(examination, facts.unlooked), true) << std::flush;
  }
  exit_code = examination.findings.empty() ? 0 : kFound;
  return {};
}

}  // namespace koinon
