// The reading half of a store in SQL. The writer's connection and those of readers all have it.
#pragma once

#include "storage/store/sql_arrivals.h"
#include "storage/store/sql_attachments.h"
#include "storage/store/sql_cosigned.h"
#include "storage/store/sql_epochs.h"
#include "storage/store/sql_log_keys.h"
#include "storage/store/sql_peers.h"
#include "storage/store/sql_policy.h"
#include "storage/store/sql_settings.h"

namespace koinon {

// `Base`: Store or StoreReader.
template <typename Base>
class SqlReading : public Base {
 public:
  // `db` outlives this.
  explicit SqlReading(sql::Connection& db)
      : db_(db),
        settings_(db_),
        epochs_(db_, settings_),
        logs_(db_),
        log_keys_(db_, logs_),
        arrivals_(db_, logs_),
        peers_(db_, settings_),
        policy_(db_),
        cosigned_(db_, logs_, settings_),
        files_(db_) {}

  Result<std::vector<EpochRange>> epochs() override { return epochs_.all(); }
  Result<std::optional<Epoch>> epoch() override { return epochs_.current(); }
  Result<std::uint32_t> epoch_handled() override { return epochs_.handled(); }
  Result<ArrivalSeq> newest_arrival() override { return epochs_.last_arrival(); }
  Result<std::vector<PeerRecord>> peers() override { return peers_.peers(); }
  Result<std::vector<InviteRecord>> invites() override { return peers_.invites(); }
  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes) override {
    return logs_.read_run(log, from, to, size, max_bytes);
  }
  Result<Hash> root_at(const LogId& log, TreeSize size) override { return logs_.root_at(log, size); }
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) override {
    return logs_.inclusion(log, index, size);
  }
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                TreeSize size) override {
    return logs_.run_proof_at(log, from, count, size);
  }
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) override {
    return logs_.hashes(log, first, count);
  }
  Result<StoredRecord> record(const LogId& log, EntryIndex index) override {
    return logs_.record(log, index);
  }
  Result<Bytes> entry(const LogId& log, EntryIndex index) override { return logs_.entry(log, index); }
  Result<LogState> log_state(const LogId& log) override { return logs_.log_state(log); }
  Result<std::uint64_t> log_bytes(const LogId& log) override { return logs_.log_bytes(log); }
  Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last, std::size_t limit) override {
    return logs_.logs_after(last, limit);
  }
  Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                           std::size_t limit) override {
    return logs_.logs_named(name, id_prefix, limit);
  }
  Result<StoreCounts> counts() override { return logs_.counts(); }
  Result<LogKeys> log_keys(const LogId& log) override { return log_keys_.of(log); }
  Result<StandingKeys> standing_keys(const LogId& log) override { return log_keys_.standing(log); }
  Result<bool> has_named_node(const LogId& log, const NodeKey& key) override {
    return log_keys_.has_named_node(log, key);
  }
  Result<bool> is_of_its_node(const LogId& log, const NodeKey& key) override {
    return log_keys_.is_of_its_node(log, key);
  }
  Result<std::vector<CosignerKey>> cosigner_keys(const LogId& log) override {
    return log_keys_.cosigner_keys(log);
  }
  Result<std::vector<CosignedHead>> cosigned(const LogId& log) override { return cosigned_.heads(log); }
  Result<std::optional<LastCosigned>> last_cosigned(const LogId& log) override { return cosigned_.last(log); }
  Result<std::uint64_t> cosignatures_made() override { return cosigned_.made(); }
  Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) override {
    return arrivals_.after(after, limit);
  }
  Result<std::optional<EntryIndex>> own_content(BytesView digest) override {
    return logs_.own_content(digest);
  }
  Result<std::vector<EntryIndex>> hidden(const LogId& log) override { return logs_.hidden(log); }
  Result<std::vector<KeptEvidence>> evidence(const LogId& log) override { return policy_.evidence(log); }
  Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) override {
    return arrivals_.of(log, index);
  }
  Result<std::optional<Bytes>> setting(std::string_view name) override { return settings_.setting(name); }
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) override {
    return logs_.unheld(log, from, limit);
  }
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) override {
    return logs_.lacking(limit);
  }
  Result<std::optional<LogId>> own_log() override { return settings_.own_log(); }
  Result<std::optional<LogId>> vouched_as(std::string_view name) override { return policy_.vouched_as(name); }
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) override {
    return policy_.vouch(voucher, target);
  }
  Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) override {
    KOINON_ASSIGN(const std::int64_t number, logs_.log_number(log));
    return files_.state(record_id(number, index), sha256);
  }
  Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) override {
    return files_.chunk(id, number);
  }
  Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) override {
    return files_.named(sha256);
  }
  Result<bool> has_old_uploads(UnixMillis now) override { return files_.has_old_uploads(now); }

 protected:
  sql::Connection& db_;
  SqlSettings settings_;
  SqlEpochs epochs_;
  SqlLogs logs_;
  SqlLogKeys log_keys_;
  SqlArrivals arrivals_;
  SqlPeers peers_;
  SqlPolicy policy_;
  SqlCosigned cosigned_;
  AttachmentQueries files_;
};

}  // namespace koinon
