#include "node/engine/filtering.h"

namespace koinon::engine {
namespace {
constexpr std::size_t kFiltersAtOnce = 4;
}

Filtering::Filtering(Effects& effects, StoreHealth& store, Logs& logs, Links& links, Intake& intake,
                     Bodies& bodies)
    : effects_(effects),
      store_(store),
      logs_(logs),
      links_(links),
      intake_(intake),
      bodies_(bodies),
      changed_(effects.config().refilter) {}

void Filtering::set_filter(BodyFilter filter) {
  filter.self = logs_.own();
  if (filter.same_topics(effects_.filter())) return;
  effects_.set_filter(std::move(filter));
  changed_ = true;
  for (const auto& [id, log] : logs_.all()) relist(id);
  for (const auto& [id, link] : links_.all()) {
    if (!link->ready) continue;
    v1::Frame frame;
    *frame.mutable_set_filter()->mutable_filter() = effects_.filter().message();
    links_.send(*link, frame);
  }
  apply();
}

void Filtering::apply() {
  while (running_ < kFiltersAtOnce && !unfiltered_.empty()) begin(logs_.at(*unfiltered_.begin()));
  if (running_ == 0 && std::exchange(changed_, false))
    effects_.emit({Event::Kind::kFilterApplied, {}, {}, {}, {}});
}

void Filtering::begin(Log& log) {
  if (log.held().value == 0 && log.commits() == 0) {
    log.filter->number = effects_.filter_number();
    return relist(log.id());
  }
  logs_.set_filtered(log, true);
  log.filter->again = false;
  ++running_;
  // What the filter before wanted is not taken while this one passes over the log.
  bodies_.begin_anew(log);
  relist(log.id());
  go_on(log, EntryIndex(0));
}

// A piece at a time: what others write, our own notes first of all, comes in between.
void Filtering::go_on(Log& log, EntryIndex from) {
  effects_.ask(CommitFilter{log.id(), effects_.filter(), effects_.now().wall, from, limits::kFilteredAtOnce},
               [this, id = log.id(), number = effects_.filter_number(), order = effects_.next_generation()](
                   const Result<FilterApplied>& answer) { on_applied(logs_.at(id), number, order, answer); });
}

void Filtering::on_applied(Log& log, std::uint64_t number, std::uint64_t order,
                           const Result<FilterApplied>& answer) {
  if (answer.ok()) {
    intake_.note_held(log, order, answer->bytes);
    // Of a filter that has changed again the rest is left out: the next one passes over all.
    if (answer->next && number == effects_.filter_number()) return go_on(log, *answer->next);
  }
  logs_.set_filtered(log, false);
  --running_;
  relist(log.id());
  if (!answer.ok() && answer.error().code != Code::kNotFound) {
    if (!log.state().frozen) store_.note_failure(log.id(), answer.error());
    return;
  }
  if (!log.filter->again) log.filter->number = number;
  bodies_.begin_anew(log);
  relist(log.id());
  bodies_.look_for(log);
  apply();
}

void Filtering::note_run(Log& log, std::uint64_t filter_number) {
  if (filter_number == effects_.filter_number()) return;
  log.filter->number = filter_number;
  log.filter->again = log.is_filtered();
  relist(log.id());
}

// --- the list ---

bool Filtering::is_due(const Log& log) const {
  return !follows_ours(log) && !log.is_filtered() && !logs_.is_own(log.id());
}

void Filtering::relist(const LogId& id) {
  if (const Log* log = logs_.find(id); log != nullptr && is_due(*log)) {
    unfiltered_.insert(id);
  } else {
    unfiltered_.erase(id);
  }
}

bool Filtering::has_wrong_list() const {
  std::set<LogId> unfiltered;
  for (const auto& [id, log] : logs_.all()) {
    if (is_due(*log)) unfiltered.insert(id);
  }
  return unfiltered != unfiltered_;
}

}  // namespace koinon::engine
