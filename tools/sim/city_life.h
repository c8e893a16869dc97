// The life of cities: they publish, erase, want other topics, vouch and take it back, block, unpin and pin
// again.
#pragma once

#include "tools/sim/stage.h"

namespace koinon::sim {

class CityLife {
 public:
  // `stage` must live longer than this. This must live until the last event of the stage's schedule.
  explicit CityLife(Stage& stage) : stage_(stage) {}

  // Begins now. It goes on until the faults end.
  void begin();
  void publish_note(SimNode& node);
  BodyFilter some_filter();
  // A thief has signed with a key of the city, which notices that after a while and takes its log back.
  void robbed(SimNode& victim);
  // Within seconds.
  void publish_soon(SimNode& node);
  // All cities that can take their logs back from thieves now, do.
  void end_thefts();

 private:
  Draft note_draft();
  void gorge(SimNode& node, std::size_t notes);
  void rotate_key(SimNode& node);
  void take_log_back(SimNode& node);
  bool take_back_from_thieves(SimNode& node);
  static std::uint64_t before_thieves(SimNode& holder, const AuthoredLog& log, std::uint64_t size);
  bool knows_all_recoveries(SimNode& node) const;
  void begin_with_paper(SimNode& node);
  std::uint64_t kept_at(SimNode& node, SimNode& peer);
  bool take_back(SimNode& node, std::uint64_t size);
  void send_some_away(const SimNode& author);
  void change_words_soon(SimNode& node);
  void change_words(SimNode& node);
  void erase_note(SimNode& node);
  void erase_entry(SimNode& node, std::uint64_t index);
  std::vector<std::uint64_t> standing_notes(SimNode& node);
  void change_filter(SimNode& node);
  void change_vouch(SimNode& node);
  void block_city(SimNode& node);
  void change_peer(SimNode& node);
  void attach_file(SimNode& node, Draft& draft);
  void want_some_file(SimNode& node);
  void vouch_for_nobody(SimNode& node, std::size_t count);

  Stage& stage_;
  std::uint64_t notes_ = 0;  // how many notes all cities have drafted so far
};

}  // namespace koinon::sim
