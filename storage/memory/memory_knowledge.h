// What the store in memory knows beside logs: peers, whom to trust, settings. Part of MemoryStore, inside its
// transactions.
#pragma once

#include <map>
#include <set>

#include "storage/memory/memory_undo.h"
#include "storage/store/store.h"

namespace koinon {

class MemorySettings;

// Pinned peers and how far we have read their journals, heads to ask them for, and invites.
class MemoryPeers {
 public:
  MemoryPeers(MemoryUndo& undo, MemorySettings& settings) : undo_(undo), settings_(settings) {}

  std::vector<PeerRecord> peers() const;
  std::vector<HeadAsk> asks() const { return {asks_.begin(), asks_.end()}; }
  std::vector<InviteRecord> invites() const;

  Status put(const PeerRecord& peer);
  Status remove(const NodeKey& node_key);
  void set_cursor(const PeerCursor& cursor);
  void set_asks(const std::vector<HeadAsk>& asks, bool open);
  void put_invite(const InviteRecord& invite);
  Status remove_invite(const NodeKey& key);
  void set_held_ours(const NodeKey& peer);
  // Entries of the log that name keys came, or became void: where it is a pinned peer's, the pin is to follow
  // them (keys_to_follow). With the last pin of a log, remove() forgets that.
  void note_keys(const LogId& log);

 private:
  bool has_pin_of(const LogId& log) const;

  MemoryUndo& undo_;
  MemorySettings& settings_;
  std::map<NodeKey, PeerRecord> peers_;
  std::set<HeadAsk> asks_;
  std::map<NodeKey, InviteRecord> invites_;
};

// The largest head that was seen of a log, beside what is held of it.
class MemorySeen {
 public:
  explicit MemorySeen(MemoryUndo& undo) : undo_(undo) {}

  std::vector<SeenHead> heads() const;
  void keep(const SeenHead& seen);
  void forget(const LogId& log, TreeSize beyond);
  // One of an origin with fewer recoveries.
  void forget_origins(const LogId& log, std::uint64_t recoveries);

 private:
  MemoryUndo& undo_;
  std::map<LogId, SeenHead> heads_;
};

// What logs have stated about their keys.
class MemoryStatements {
 public:
  explicit MemoryStatements(MemoryUndo& undo) : undo_(undo) {}

  std::vector<Bytes> of(const LogId& log) const;
  const std::map<LogId, std::vector<Bytes>>& all() const { return notes_; }
  void keep(const LogId& log, std::vector<Bytes> notes);

 private:
  MemoryUndo& undo_;
  std::map<LogId, std::vector<Bytes>> notes_;
};

// Vouches, blocks of the operator, evidence of forks.
class MemoryPolicy {
 public:
  explicit MemoryPolicy(MemoryUndo& undo) : undo_(undo) {}

  std::vector<VouchFact> vouches() const;
  std::vector<VouchFact> vouches_by(const LogId& voucher) const;
  std::vector<LogId> blocked() const { return {blocked_.begin(), blocked_.end()}; }
  std::vector<LogId> forked() const;  // that evidence freezes
  std::vector<ThawedEvidence> thawed() const;
  std::optional<LogId> vouched_as(std::string_view name) const;
  std::optional<VouchFact> vouch(const LogId& voucher, const LogId& target) const;
  std::vector<KeptEvidence> evidence(const LogId& log) const;
  // By two recoveries: nothing thaws it.
  bool is_contradicted(const LogId& log) const;

  // All vouches are of one voucher.
  void write_vouches(const std::vector<VouchFact>& vouches);
  void forget_vouches_by(const LogId& voucher);
  void set_blocked(const LogId& log, bool blocked);
  // False: nothing was added, evidence of the same contradiction is held.
  bool add_evidence(const EvidenceCommit& evidence);
  Status thaw(const ThawCommit& thaw, const std::optional<LogId>& own);
  // That against origins of before its last of so many recoveries. Whether what is left freezes the log.
  bool forget_evidence(const LogId& log, std::uint64_t recoveries);

 private:
  void set_vouch(const LogId& voucher, const LogId& target, std::optional<VouchFact> vouch);

  MemoryUndo& undo_;
  std::map<std::pair<LogId, LogId>, VouchFact> vouches_;  // by voucher and target
  std::map<LogId, std::vector<KeptEvidence>> evidence_;
  std::set<LogId> blocked_;
};

// The epochs that were begun, and the numbers of rows that were given in them.
class MemoryEpochs {
 public:
  explicit MemoryEpochs(MemoryUndo& undo) : undo_(undo) {}

  const std::vector<EpochRange>& all() const { return epochs_; }
  std::uint32_t handled() const { return handled_; }
  JournalSeq last_row() const { return last_row_; }
  bool has_begun() const {
    return begun_from_ && !epochs_.empty() && counter_of(epochs_.back().epoch) >= *begun_from_;
  }

  // `arrival`: the newest.
  Status begin(const Epoch& epoch, ArrivalSeq arrival);
  void set_handled(std::uint32_t counter);
  Result<JournalSeq> next_row();
  // Called after a start: the next one begins an epoch.
  void start() { begun_from_.reset(); }

 private:
  MemoryUndo& undo_;
  std::vector<EpochRange> epochs_;
  std::uint32_t handled_ = 0;
  JournalSeq last_row_;
  std::optional<std::uint32_t> begun_from_;  // the lowest counter since the store was opened
};

class MemorySettings {
 public:
  explicit MemorySettings(MemoryUndo& undo) : undo_(undo) {}

  const std::optional<LogId>& own_log() const { return own_log_; }
  const Bytes& instance_token() const { return instance_token_; }
  std::optional<Bytes> setting(std::string_view name) const;

  void set_own_log(const LogId& log);
  void set_instance_token(BytesView token);
  // An empty value removes it.
  void set_setting(std::string_view name, BytesView value);
  // What was published once, as an entry from `from` on, was not.
  void forget_once(EntryIndex from);

 private:
  MemoryUndo& undo_;
  std::optional<LogId> own_log_;
  Bytes instance_token_;
  std::map<std::string, Bytes, std::less<>> settings_;
};

}  // namespace koinon
