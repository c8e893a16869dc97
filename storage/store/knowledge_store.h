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
#include "crypto/cosigned.h"
#include "crypto/log_state.h"

namespace koinon {

class KnowledgeReader {
 public:
  virtual ~KnowledgeReader() = default;
  // The epochs that were begun here, oldest first; the last one is the current. At most limits::kEpochs.
  virtual Result<std::vector<EpochRange>> epochs() = 0;
  // The current one. Nothing: none was begun yet.
  virtual Result<std::optional<Epoch>> epoch() = 0;
  // The largest counter that was shown as proof of a rollback; 0: none was.
  virtual Result<std::uint32_t> epoch_handled() = 0;
  // The number of the newest arrival; 0: there is none.
  virtual Result<ArrivalSeq> newest_arrival() = 0;
  virtual Result<std::vector<PeerRecord>> peers() = 0;
  // Also those that are over, as long as they are remembered (invite_rules.h).
  virtual Result<std::vector<InviteRecord>> invites() = 0;
  // One whole log's state. kNotFound: no such log is held.
  virtual Result<LogState> log_state(const LogId& log) = 0;
  // The logs with this name whose ids begin with these bytes, sorted by log id, at most `limit`. Several logs
  // may have the same name. The cost does not grow with their number.
  virtual Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                                   std::size_t limit) = 0;
  // Logs sorted by name and then by log id, those after the given one, at most `limit`.
  virtual Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last,
                                                   std::size_t limit) = 0;
  // Arrivals whose last number is above `after`, oldest first, at most `limit` rows.
  virtual Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) = 0;
  // The newest arrival that brought an entry or its body. Nothing: the entry is not held.
  virtual Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) = 0;
  // Held against the log, the oldest first. What was thawed is still held.
  virtual Result<std::vector<KeptEvidence>> evidence(const LogId& log) = 0;
  // A setting of the operator, by its name. Nothing: it was never set.
  virtual Result<std::optional<Bytes>> setting(std::string_view name) = 0;
  // The log of this node's own city. Nothing: it has none (yet).
  virtual Result<std::optional<LogId>> own_log() = 0;
  // The log that a vouch calls by this name. Nothing: there is no such vouch.
  virtual Result<std::optional<LogId>> vouched_as(std::string_view name) = 0;
  // What one city says of another. Nothing: it does not vouch for it.
  virtual Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) = 0;
  // The heads of a log that cities have cosigned, or may, the newest first; at most limits::kCosignedHeads.
  virtual Result<std::vector<CosignedHead>> cosigned(const LogId& log) = 0;
  // The newest checkpoint of a log that our own cosigner has signed, held or not. Nothing: none.
  virtual Result<std::optional<LastCosigned>> last_cosigned(const LogId& log) = 0;
  // How many cosignatures our own cosigner has made, over all logs and keys.
  virtual Result<std::uint64_t> cosignatures_made() = 0;
};

// Changes are made inside Store::begin … commit. Each is made as a whole or not at all: see store.h.
class KnowledgeWriter {
 public:
  virtual ~KnowledgeWriter() = default;
  // Begins an epoch, and ends the one before it where journal and arrivals are now. Each start begins one,
  // durably, before a row or an arrival of it is told; without one that was begun since the store was opened,
  // whatever makes a row is refused with kUnavailable. kInternal: it does not count above all that are known
  // and handled. The oldest beyond limits::kEpochs are forgotten.
  virtual Status begin_epoch(const Epoch& epoch) = 0;
  // A peer has shown an authentic epoch of ours, with this counter, that the store had lost. Only rises.
  virtual Status set_epoch_handled(std::uint32_t counter) = 0;
  // Within one epoch a cursor only moves forward. A peer that is not pinned has no cursor.
  virtual Status set_cursor(const PeerCursor& cursor) = 0;
  // Freezes the log. If the log is whole, gives it a new journal row, so that followers hear of it, and
  // returns the row; else 0. Changes nothing if evidence of the same contradiction (EvidenceMark) is held,
  // thawed or not.
  virtual Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) = 0;
  // No evidence that is held against the log freezes it any more; it is remembered by its digest. kRefused:
  // it is our own log, or its recovery key has said two things. kConflict: the log is not frozen.
  virtual Status thaw(const ThawCommit& thaw) = 0;
  // `lived`: how long the node has run until now; the grace time counts from there. kNotFound: no such log is
  // held.
  virtual Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) = 0;
  // Policy admits the log again. If the log is whole, gives it a new journal row and returns the row; else 0.
  // kNotFound: no such log is held.
  virtual Result<JournalSeq> readmit(const LogId& log) = 0;
  // Keeps a head that was seen, if it is larger than the one that is kept of its log. It outlives the log's
  // removal.
  virtual Status keep_seen(const SeenHead& seen) = 0;
  // Forgets the seen head of a log, if it is larger than that.
  virtual Status forget_seen(const LogId& log, TreeSize beyond) = 0;
  // Keeps what a log has stated about its keys, as signed notes in order, instead of what was kept of it.
  // LogState::keys has it. It outlives the log's removal.
  virtual Status keep_statements(const LogId& log, const std::vector<Bytes>& notes) = 0;
  // Keeps a head and its lines, verified, beside those that are kept (with_head in crypto/cosigned.h says
  // which stay). Its tree at that size must be the one that is held, else kConflict; kNotFound: it is not
  // held so far.
  virtual Result<std::vector<CosignedBrief>> keep_cosigned(const LogId& log, const CosignedHead& head,
                                                           UnixMillis now) = 0;
  // Our own cosigner is about to sign this checkpoint of a log. kConflict: it is smaller than the newest that
  // it has signed, or contradicts it, or is not what is held: all of its entries must be, and the log not be
  // frozen. Counts in cosignatures_made.
  virtual Status note_cosigned(const LogId& log, const LastCosigned& next) = 0;
  // Gives the log a new journal row, if it is whole, and returns it; else 0.
  virtual Result<JournalSeq> renew_row(const LogId& log) = 0;
  // The peer has held entries of our own log. Of one that is not pinned nothing is kept.
  virtual Status set_held_ours(const NodeKey& peer) = 0;
  // Remembers heads to ask for, or forgets them once they are settled.
  virtual Status set_asks(const std::vector<HeadAsk>& asks, bool open) = 0;
  virtual Status set_blocked(const LogId& log, bool blocked) = 0;
  // Pins a node. If it is already pinned for the same city, it gets the new address and vouch. kConflict: it
  // is pinned for another city. kTooLarge: limits::kPeers are pinned.
  virtual Status put_peer(const PeerRecord& peer) = 0;
  // kNotFound: no such peer is pinned.
  virtual Status remove_peer(const NodeKey& node_key) = 0;
  virtual Status put_invite(const InviteRecord& invite) = 0;
  // Nothing is remembered of it. kNotFound: nothing was.
  virtual Status remove_invite(const NodeKey& key) = 0;
  virtual Status set_own_log(const LogId& log) = 0;
  virtual Status set_instance_token(BytesView token) = 0;
  // An empty value removes it.
  virtual Status set_setting(std::string_view name, BytesView value) = 0;
};

}  // namespace koinon
