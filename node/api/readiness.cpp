#include "node/api/readiness.h"

#include "proto/base/limits.h"

namespace koinon {
namespace {

bool makes_unready(const Alarm& alarm, UnixMillis now) {
  if (alarm.id == "store" || alarm.id == "reserve" || alarm.id == "behind") return true;
  const bool of_index = alarm.id == "index" || alarm.id == "index_stopped";
  return of_index && now.value - alarm.since.value >= limits::kIndexHopeless.count();
}

}  // namespace

std::vector<Alarm> unready_for(const std::vector<Alarm>& alarms, UnixMillis now) {
  std::vector<Alarm> out;
  for (const Alarm& alarm : alarms) {
    if (makes_unready(alarm, now)) out.push_back(alarm);
  }
  return out;
}

}  // namespace koinon
