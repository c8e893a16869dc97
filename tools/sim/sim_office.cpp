#include "tools/sim/sim_office.h"

#include <algorithm>
#include <utility>

#include "node/publishing/passing_errors.h"

namespace koinon::sim {
namespace {

DraftMaker with_salt(DraftMaker maker, Bytes salt) {
  return [maker = std::move(maker), salt = std::move(salt)](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(Draft draft, maker(store));
    draft.salt = salt;
    return draft;
  };
}

}  // namespace

void SimOffice::keep(DraftWrite draft, Bytes salt) {
  const std::uint64_t number = next_++;
  held_.kept.emplace(number, Kept{std::move(draft.maker), std::move(salt)});
  askers_.emplace(number, std::move(draft.done));
}

std::vector<DraftWrite> SimOffice::due() {
  std::vector<DraftWrite> out;
  for (const auto& [number, kept] : held_.kept) {
    if (kept.waits_for_look || !under_way_.insert(number).second) continue;
    out.push_back({with_salt(kept.maker, kept.salt),
                   [this, one = number](const Result<Published>& published) { answered(one, published); }});
  }
  return out;
}

void SimOffice::answered(std::uint64_t number, const Result<Published>& published) {
  under_way_.erase(number);
  if (!published.ok() && passes_with_time(published.error().code)) return;
  held_.kept.erase(number);
  if (auto asker = askers_.extract(number); !asker.empty() && asker.mapped()) asker.mapped()(published);
}

std::size_t SimOffice::set_aside(UnixMillis proven_at) {
  if (held_.proven_at == proven_at) return 0;
  held_.proven_at = proven_at;
  for (auto& [number, kept] : held_.kept) kept.waits_for_look = true;
  return held_.kept.size();
}

std::size_t SimOffice::waits_for_look() const {
  return static_cast<std::size_t>(std::count_if(held_.kept.begin(), held_.kept.end(),
                                                [](const auto& one) { return one.second.waits_for_look; }));
}

void SimOffice::release() {
  for (auto& [number, kept] : held_.kept) kept.waits_for_look = false;
}

void SimOffice::end_process() {
  askers_.clear();
  under_way_.clear();
}

bool SimOffice::put_back() {
  if (!copy_) return false;
  held_ = *copy_;
  return true;
}

void SimOffice::wipe() {
  held_ = {};
  copy_.reset();
}

}  // namespace koinon::sim
