// A scenario is a story in a small TOML file. It says what goes wrong, how often, and who lies. scenario.cpp
// lists all keys; scenarios/ has the stories.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "proto/base/result.h"

namespace koinon::sim {

struct Scenario {
  std::string name;
  std::string story;
  std::size_t nodes = 50;
  double hours = 24;
  std::string topology = "random";  // random, line, ring, star, mesh
  std::size_t degree = 6;
  unsigned hops = 2;
  unsigned paths = 1;
  std::size_t admits = 100;
  double grace_hours = 3;
  double ping_seconds = 120;
  std::uint64_t log_bytes = 0;  // how much a node takes of one log; 0: no invariant checks it

  // What cities do
  double notes_per_day = 4;       // of each
  double erasures_per_day = 0.3;  // of each
  double rotations_per_day = 0;   // of each: its signing key is replaced
  double recoveries_per_day = 0;  // of each: it takes its log back, and what it wrote last is void
  double papers_per_day = 0;  // of each: its machine is gone, and it has its recovery words and one invite
  double erase_grace_hours = 72;   // for which nodes keep what was erased, unread
  double thefts_per_day = 0;       // of each thief: it steals a key, where it has none
  double noticed_after_hours = 2;  // on average, until a city takes its log back from a thief
  double hasty = 0;                // share of notes that are erased within seconds
  std::size_t note_bytes = 700;
  double attached = 0;               // share of notes that have a file
  std::size_t file_bytes = 300'000;  // of a file, on average
  double files_wanted_per_day = 0;   // files that somebody at each city asks for
  double filtered = 0.4;             // share of cities that only want some topics
  double filter_changes_per_day = 0.3;
  double vouch_changes_per_day = 0.2;  // vouches withdrawn or given
  double blocks_per_day = 0.05;        // blocks, each taken back later
  double peer_changes_per_day = 0.1;   // peers removed and pinned again
  bool publish_once = false;           // each city publishes one note after everything has settled
  double block_hours = 4;              // on average, until a block is taken back
  bool cosigns = true;                 // nodes cosign the heads of others
  bool unrelated_vouches = true;       // some vouches are for cities that are not peers

  // What the network does, a segment
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;
  double dialling_only = 0.2;  // share of cities that cannot be reached from outside
  double bandwidth = 10e6;     // bytes a second

  // What goes wrong, a day
  double partitions_per_day = 0;
  double one_way_per_day = 0;
  double resets_per_day = 0;   // of each connection
  double crashes_per_day = 0;  // of each node
  double full_disks_per_day = 0;
  double slow_disks_per_day = 0;
  double skew_seconds = 0;  // how far clocks are off, ahead or behind
  double clock_jumps_per_day =
      0;  // jumps of each node's clock: a minute or 400 days ahead, or back to the year 2000
  double months_off_per_day = 0;  // of each node: it is off, and when it is back its clock is a month later
  double rollbacks_per_day = 0;   // of each node: its folder is put back to an earlier state
  double rollbacks_together_per_day = 0;   // of a node and some of its peers at once
  double lost_disks_per_day = 0;           // of each node: its keys are left, its store is gone
  double resumed_per_day = 0;              // of each node: its machine resumes from an earlier snapshot
  double kills_while_signing_per_day = 0;  // of each node: its process ends between a commit and the mark
  double dial_races_per_day = 0;           // of each node: it and a peer dial each other at the same time
  double slow_answers = 0;                 // share of reads and checks whose answer comes after later ones
  bool sqlite = false;                     // uses SQLite over a file system that tears writes

  std::vector<std::string> liars;  // one node each, see liar.h
  // At most so many of them lie. Where there are more, each seed draws its own.
  std::size_t most_liars = SIZE_MAX;

  // Takes another number of nodes. Of fewer nodes, the same share lies.
  void resize(std::size_t to);
  std::size_t liars_at_once() const { return std::min(liars.size(), most_liars); }
  // Whether the invariants can judge it: where logs are taken back, no clock runs on by itself.
  Status check() const;
  std::chrono::milliseconds erase_grace() const {
    return std::chrono::milliseconds(static_cast<std::int64_t>(erase_grace_hours * 3'600'000));
  }
};

Result<Scenario> read_scenario(const std::filesystem::path& path);
Result<Scenario> parse_scenario(std::string_view text, const std::string& name);

}  // namespace koinon::sim
