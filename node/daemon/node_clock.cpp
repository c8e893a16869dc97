#include "node/daemon/node_clock.h"

#include "node/daemon/steady_wall.h"

namespace koinon {

Result<NodeClock> NodeClock::start(std::int64_t offset_seconds, StoreReader& store, const StoreState& state,
                                   const DaemonLog& log) {
  Clock clock = system_clock();
  ClockWatch::Parts parts;
  const Offset offset = std::make_shared<std::atomic<std::int64_t>>(offset_seconds);
  // What the kernel sets is not a clock with an offset.
  parts.kernel_is_synchronised = [offset] {
    return *offset == 0 ? kernel_is_synchronised() : std::optional(false);
  };
  std::function<UnixMillis()> machine = [wall = clock.wall, offset] {
    return UnixMillis{wall().value + *offset * 1000};
  };
  if (offset_seconds != 0) {
    log.warning(log_event::kClockOffset,
                "clock.offset_seconds is set, which is for tests alone: what is signed bears a wrong time",
                {{"seconds", offset_seconds}});
  }
  parts.signs = state.own_log.has_value();
  parts.has_peers = !state.peers.empty();
  if (state.own_log) {
    KOINON_ASSIGN(parts.newest, newest_own_entry(store, *state.own_log));
  }
  KOINON_ASSIGN(const auto word, store.setting(kClockWord));
  if (word) parts.word = parse_clock_word(*word);
  // An entry that the operator calls wrong says nothing of the time.
  const bool speaks = parts.newest && !(parts.word && parts.word->covers(*parts.newest));
  const auto wall = std::make_shared<SteadyWall>(std::move(machine), boot_time,
                                                 speaks ? parts.newest->created_at : UnixMillis{});
  clock.wall = [wall] { return wall->now(); };
  parts.wall = wall;
  return NodeClock(std::move(clock), std::make_unique<ClockWatch>(std::move(parts)), offset);
}

ClockQuestions NodeClock::questions(std::function<void()> believed) const {
  ClockWatch& watch = *watch_;
  return {[&watch] { return watch.standing(); }, [&watch] { return clock_word_text(watch.word()); },
          [&watch, believed = std::move(believed)](const std::string& text) {
            if (const auto word = parse_clock_word(text); word) watch.believe(*word);
            believed();
          }};
}

}  // namespace koinon
