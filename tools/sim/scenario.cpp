#include "tools/sim/scenario.h"

#include <functional>
#include <map>

#include "crypto/key_file.h"
#include "node/text/toml.h"
#include "proto/base/limits.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

using Setter = std::function<Status(Scenario&, const toml::node&)>;

Error wrong(const char* what) { return fail(Code::kInvalidArgument, std::string("it is ") + what); }

Setter number(double Scenario::*member) {
  return [member](Scenario& scenario, const toml::node& value) -> Status {
    const auto read = value.value<double>();
    if (!read || *read < 0) return wrong("a number from 0");
    scenario.*member = *read;
    return {};
  };
}

template <typename T>
Setter count(T Scenario::*member) {
  return [member](Scenario& scenario, const toml::node& value) -> Status {
    const auto read = value.value_exact<std::int64_t>();
    if (!read || *read < 0) return wrong("a whole number from 0");
    scenario.*member = static_cast<T>(*read);
    return {};
  };
}

Setter flag(bool Scenario::*member) {
  return [member](Scenario& scenario, const toml::node& value) -> Status {
    const auto read = value.value_exact<bool>();
    if (!read) return wrong("true or false");
    scenario.*member = *read;
    return {};
  };
}

Setter text(std::string Scenario::*member) {
  return [member](Scenario& scenario, const toml::node& value) -> Status {
    const auto read = value.value_exact<std::string>();
    if (!read) return wrong("a text");
    scenario.*member = *read;
    return {};
  };
}

Status set_liars(Scenario& scenario, const toml::node& value) {
  const auto* list = value.as_array();
  if (list == nullptr) return wrong("a list of lies");
  for (const auto& item : *list) {
    const auto name = item.value<std::string>();
    if (!name || !lie_named(*name))
      return fail(Code::kInvalidArgument, "no lie is called so", name.value_or(""));
    scenario.liars.push_back(*name);
  }
  return {};
}

const std::map<std::string, Setter, std::less<>>& keys() {
  static const std::map<std::string, Setter, std::less<>> kKeys = {
      {"story", text(&Scenario::story)},
      {"nodes", count(&Scenario::nodes)},
      {"hours", number(&Scenario::hours)},
      {"topology", text(&Scenario::topology)},
      {"degree", count(&Scenario::degree)},
      {"trust.hops", count(&Scenario::hops)},
      {"trust.paths", count(&Scenario::paths)},
      {"trust.admits", count(&Scenario::admits)},
      {"trust.grace_hours", number(&Scenario::grace_hours)},
      {"trust.log_bytes", count(&Scenario::log_bytes)},
      {"ping_seconds", number(&Scenario::ping_seconds)},
      {"cities.notes_per_day", number(&Scenario::notes_per_day)},
      {"cities.erasures_per_day", number(&Scenario::erasures_per_day)},
      {"cities.rotations_per_day", number(&Scenario::rotations_per_day)},
      {"cities.recoveries_per_day", number(&Scenario::recoveries_per_day)},
      {"cities.papers_per_day", number(&Scenario::papers_per_day)},
      {"cities.erase_grace_hours", number(&Scenario::erase_grace_hours)},
      {"cities.thefts_per_day", number(&Scenario::thefts_per_day)},
      {"cities.noticed_after_hours", number(&Scenario::noticed_after_hours)},
      {"cities.hasty", number(&Scenario::hasty)},
      {"cities.note_bytes", count(&Scenario::note_bytes)},
      {"cities.attached", number(&Scenario::attached)},
      {"cities.file_bytes", count(&Scenario::file_bytes)},
      {"cities.files_wanted_per_day", number(&Scenario::files_wanted_per_day)},
      {"cities.filtered", number(&Scenario::filtered)},
      {"cities.filter_changes_per_day", number(&Scenario::filter_changes_per_day)},
      {"cities.vouch_changes_per_day", number(&Scenario::vouch_changes_per_day)},
      {"cities.blocks_per_day", number(&Scenario::blocks_per_day)},
      {"cities.block_hours", number(&Scenario::block_hours)},
      {"cities.cosigns", flag(&Scenario::cosigns)},
      {"cities.peer_changes_per_day", number(&Scenario::peer_changes_per_day)},
      {"cities.publish_once", flag(&Scenario::publish_once)},
      {"cities.unrelated_vouches", flag(&Scenario::unrelated_vouches)},
      {"network.loss", number(&Scenario::loss)},
      {"network.duplicate", number(&Scenario::duplicate)},
      {"network.reorder", number(&Scenario::reorder)},
      {"network.dialling_only", number(&Scenario::dialling_only)},
      {"network.bandwidth", number(&Scenario::bandwidth)},
      {"faults.partitions_per_day", number(&Scenario::partitions_per_day)},
      {"faults.one_way_per_day", number(&Scenario::one_way_per_day)},
      {"faults.resets_per_day", number(&Scenario::resets_per_day)},
      {"faults.crashes_per_day", number(&Scenario::crashes_per_day)},
      {"faults.full_disks_per_day", number(&Scenario::full_disks_per_day)},
      {"faults.slow_disks_per_day", number(&Scenario::slow_disks_per_day)},
      {"faults.skew_seconds", number(&Scenario::skew_seconds)},
      {"faults.clock_jumps_per_day", number(&Scenario::clock_jumps_per_day)},
      {"faults.months_off_per_day", number(&Scenario::months_off_per_day)},
      {"faults.rollbacks_per_day", number(&Scenario::rollbacks_per_day)},
      {"faults.rollbacks_together_per_day", number(&Scenario::rollbacks_together_per_day)},
      {"faults.lost_disks_per_day", number(&Scenario::lost_disks_per_day)},
      {"faults.resumed_per_day", number(&Scenario::resumed_per_day)},
      {"faults.kills_while_signing_per_day", number(&Scenario::kills_while_signing_per_day)},
      {"faults.dial_races_per_day", number(&Scenario::dial_races_per_day)},
      {"faults.slow_answers", number(&Scenario::slow_answers)},
      {"sqlite", flag(&Scenario::sqlite)},
      {"liars", set_liars},
  };
  return kKeys;
}

Status apply(const toml::table& table, const std::string& prefix, Scenario& scenario) {
  for (const auto& [inner, value] : table) {
    const std::string name = prefix + std::string(inner.str());
    if (const auto* deeper = value.as_table(); deeper != nullptr) {
      KOINON_TRY(apply(*deeper, name + ".", scenario));
      continue;
    }
    const auto setter = keys().find(name);
    if (setter == keys().end()) return fail(Code::kInvalidArgument, "a scenario has no such key", name);
    const Status status = setter->second(scenario, value);
    if (!status.ok()) return fail(status.error().code, status.error().message, name);
  }
  return {};
}

}  // namespace

void Scenario::resize(std::size_t to) {
  if (to < nodes) most_liars = liars.size() * to / nodes;
  nodes = to;
}

Status Scenario::check() const {
  if (thefts_per_day == 0 && recoveries_per_day == 0) return {};
  if (clock_jumps_per_day > 0 || months_off_per_day > 0)
    return fail(Code::kInvalidArgument,
                "where logs are taken back, clocks neither jump nor run on while a node is off", "faults");
  return {};
}

Result<Scenario> parse_scenario(std::string_view text_of_file, const std::string& name) {
  KOINON_ASSIGN(const toml::table table, parse_toml(text_of_file, name, 1));
  Scenario scenario;
  scenario.name = name;
  KOINON_TRY(apply(table, "", scenario));
  return scenario;
}

Result<Scenario> read_scenario(const std::filesystem::path& path) {
  KOINON_ASSIGN(const std::string file, read_file(path, 64 * limits::kKiB));
  return parse_scenario(file, path.stem().string());
}

}  // namespace koinon::sim
