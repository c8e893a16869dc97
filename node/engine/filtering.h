// Our own filter passes over the bodies of every log when it changes: some are fetched, some released. Some
// logs at a time, a piece of each: what others write, our own notes first of all, comes in between.
#pragma once

#include "node/engine/bodies.h"

namespace koinon::engine {

class Filtering {
 public:
  Filtering(Effects& effects, StoreHealth& store, Logs& logs, Links& links, Intake& intake, Bodies& bodies);

  // The filter has changed: tells the peers and passes over all logs.
  void set_filter(BodyFilter filter);
  // Passes over the next logs, as many as run at once. Emits kFilterApplied after the last.
  void apply();
  bool follows_ours(const Log& log) const { return log.filter->number == effects_.filter_number(); }
  // A log has come to be known.
  void relist(const LogId& id);
  // A run was stored whose bodies were chosen by that filter, which may be behind the one that we have now.
  void note_run(Log& log, std::uint64_t filter_number);
  bool has_wrong_list() const;

 private:
  bool is_due(const Log& log) const;
  void begin(Log& log);
  void go_on(Log& log, EntryIndex from);
  void on_applied(Log& log, std::uint64_t number, std::uint64_t order, const Result<FilterApplied>& answer);

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  Links& links_;
  Intake& intake_;
  Bodies& bodies_;
  std::set<LogId> unfiltered_;  // their bodies follow an older filter, and it is not passing over them
  std::size_t running_ = 0;
  bool changed_ = false;  // kFilterApplied has not been said of it yet
};

}  // namespace koinon::engine
