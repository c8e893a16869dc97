#include "node/engine/intake.h"

namespace koinon::engine {
namespace {

double seconds(MonoTime time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

std::uint64_t Intake::bytes_quota(const LogId& log) const {
  const std::uint64_t nearest = effects_.config().log_bytes;
  const TrustPath* path = trust_.path(log);
  const std::size_t further = path == nullptr || path->empty() ? 0 : path->size() - 1;
  const std::uint64_t share = nearest >> std::min<std::size_t>(3 * further, 63);
  return std::max(share, std::min(nearest, limits::kLogBytesLeast));
}

// Less than nothing: more came than may be taken at once.
double Intake::left(Log& log) {
  const MonoTime now = effects_.now().mono;
  const auto quota = static_cast<double>(bytes_quota(log.id()));
  const double at_once = quota * limits::kIntakeAtOnce;
  const double gained = quota * seconds(now - log.intake->at) / seconds(limits::kIntakePeriod);
  log.intake->left = log.intake->begun ? std::min(at_once, log.intake->left + gained) : at_once;
  log.intake->begun = true;
  log.intake->at = now;
  return log.intake->left;
}

void Intake::count(Log& log, std::uint64_t bytes) {
  if (logs_.is_own(log.id())) return;
  (void)left(log);
  log.intake->left -= static_cast<double>(bytes);
}

bool Intake::is_full(const Log& log) const {
  return !logs_.is_own(log.id()) && log.state().bytes >= bytes_quota(log.id());
}

std::string Intake::why_it_rests(const Log& log) const {
  const LogState& state = log.state();
  if (is_full(log))
    return "of " + state.identity().name + " " + std::to_string(state.bytes) +
           " bytes are held, all that this node takes of a city so far away";
  return state.identity().name +
         " wrote more in a short time than this node takes; it is taken up again later";
}

bool Intake::takes_more(Log& log) {
  if (logs_.is_own(log.id())) return true;
  return !rests(log) && !is_full(log) && left(log) >= 0;
}

void Intake::note_held(Log& log, std::uint64_t order, std::uint64_t bytes) {
  if (order < log.intake->bytes_order) return;
  log.intake->bytes_order = order;
  logs_.set_bytes(log, bytes);
}

void Intake::begin_rest(Log& log) {
  log.intake->rests_until = effects_.now().mono + limits::kRest;
  resting_.emplace(*log.intake->rests_until, log.id());
}

std::vector<LogId> Intake::wake() {
  std::vector<LogId> awake;
  while (!resting_.empty() && resting_.begin()->first <= effects_.now().mono) {
    const LogId id = resting_.begin()->second;
    resting_.erase(resting_.begin());
    Log& log = logs_.at(id);
    log.intake->rests_until.reset();
    if (!trust_.admits(id) || log.state().frozen) continue;
    // Not for a drop at a time: each beginning asks for the whole rest.
    const double enough = static_cast<double>(bytes_quota(id)) * limits::kIntakeAgain;
    if (is_full(log) || left(log) < enough) {
      begin_rest(log);
    } else {
      awake.push_back(id);
    }
  }
  return awake;
}

bool Intake::has_wrong_list() const {
  std::set<std::pair<MonoTime, LogId>> resting;
  for (const auto& [id, log] : logs_.all()) {
    if (log->intake->rests_until) resting.emplace(*log->intake->rests_until, id);
  }
  return resting != resting_;
}

}  // namespace koinon::engine
