// The half of the store that holds what the node knows: the heads of logs, the journal of accepted heads, the
// arrivals, peers, whom to trust, settings. The other half (log_store.h) holds what the logs hold.
//
// Every function may fail with kIo. A reader belongs to one thread; the writer has a thread of its own.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/arrival.h"
#include "crypto/log_state.h"

namespace koinon {

class KnowledgeReader {
 public:
  virtual ~KnowledgeReader() = default;
  virtual Result<JournalId> journal() = 0;
  virtual Result<std::vector<PeerRecord>> peers() = 0;
  virtual Result<std::vector<InviteRecord>> invites() = 0;
  // One whole log's state. kNotFound: no such log is held.
  virtual Result<LogState> log_state(const LogId& log) = 0;
  // The logs of a name whose ids begin with these bytes, by log id; at most `limit`. More than one log may
  // have a name. The cost does not grow with how many do.
  virtual Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                                   std::size_t limit) = 0;
  // Logs by name, then by log id, after the one given; at most `limit`.
  virtual Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last,
                                                   std::size_t limit) = 0;
  // Arrivals whose last number is above `after`, oldest first, at most `limit` rows.
  virtual Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) = 0;
  // The newest arrival that brought an entry or its body; none if the entry is not held.
  virtual Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) = 0;
  virtual Result<std::vector<Bytes>> evidence(const LogId& log) = 0;
  // What the operator set, by its name; none: never set.
  virtual Result<std::optional<Bytes>> setting(std::string_view name) = 0;
  // Whom a vouch that stands calls so; none: nobody.
  virtual Result<std::optional<LogId>> vouched_as(std::string_view name) = 0;
  // What one city says of another; none: it does not vouch for it.
  virtual Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) = 0;
};

// Changes stand inside Store::begin … commit, and each is whole: see store.h.
class KnowledgeWriter {
 public:
  virtual ~KnowledgeWriter() = default;
  // Within one journal a cursor only moves on. A peer that is not pinned has none.
  virtual Status set_cursor(const PeerCursor& cursor) = 0;
  // Freezes the log, and gives it a new journal row where it stands whole, so that followers hear of it; 0 if
  // not.
  virtual Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) = 0;
  // `lived`: how long the node has run by now; the grace time counts from it. kNotFound: no such log.
  virtual Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) = 0;
  // Policy admits the log again: it gets a new journal row, which is returned; 0 if it does not stand whole.
  // kNotFound: no such log.
  virtual Result<JournalSeq> readmit(const LogId& log) = 0;
  // Remembers heads to ask for, or forgets them once they are settled.
  virtual Status set_asks(const std::vector<HeadAsk>& asks, bool open) = 0;
  virtual Status set_blocked(const LogId& log, bool blocked) = 0;
  // Pins a node. One that is pinned already as a node of the same city gets the new address and vouch;
  // kConflict: it is pinned as another's. kTooLarge: limits::kPeers are pinned.
  virtual Status put_peer(const PeerRecord& peer) = 0;
  // kNotFound: no such peer is pinned.
  virtual Status remove_peer(const NodeKey& node_key) = 0;
  virtual Status put_invite(const InviteRecord& invite) = 0;
  // kNotFound if it was used already.
  virtual Status remove_invite(const NodeKey& key) = 0;
  virtual Status set_own_log(const LogId& log) = 0;
  virtual Status set_instance_token(BytesView token) = 0;
  // An empty value removes it.
  virtual Status set_setting(std::string_view name, BytesView value) = 0;
};

}  // namespace koinon
