#include "storage/store/schema.h"

#include <array>

namespace koinon {
namespace {

// Record ids are log number * 2^40 + entry index; tile ids are log number * 2^36 + level * 2^33 + number.
// Both tables are thereby clustered by log and position without a second index.
constexpr std::array<const char*, 19> kSteps = {
    // 1: what a node needs to hold, prove and replicate logs.
    R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE log (
  number INTEGER PRIMARY KEY,
  log_id BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  signing_key BLOB NOT NULL,
  recovery_key BLOB NOT NULL,
  size INTEGER NOT NULL,
  range BLOB NOT NULL,
  whole_size INTEGER, whole_root BLOB, whole_note BLOB,
  seen_size INTEGER, seen_root BLOB, seen_note BLOB, seen_right BLOB,
  frozen INTEGER NOT NULL DEFAULT 0);
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  entry BLOB NOT NULL,
  body BLOB,
  state INTEGER NOT NULL,
  erased_by INTEGER);
CREATE TABLE tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
CREATE TABLE journal (seq INTEGER PRIMARY KEY, log INTEGER NOT NULL UNIQUE);
CREATE TABLE arrival (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  log INTEGER NOT NULL,
  from_index INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at_ms INTEGER NOT NULL);
CREATE TABLE peer (
  node_key BLOB PRIMARY KEY,
  log_id BLOB NOT NULL,
  vkey TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  vouch INTEGER NOT NULL,
  added_at_ms INTEGER NOT NULL,
  journal BLOB,
  cursor INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE vouch (
  voucher BLOB NOT NULL,
  target BLOB NOT NULL,
  entry_index INTEGER NOT NULL,
  name TEXT NOT NULL,
  vkey TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL,
  PRIMARY KEY (voucher, target)) WITHOUT ROWID;
CREATE TABLE own_content (digest BLOB PRIMARY KEY, entry_index INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // 2: evidence of forks is kept, and what logs state about their keys. Cosignatures have tables already,
    // though no code uses them yet.
    R"sql(
CREATE TABLE evidence (id INTEGER PRIMARY KEY, log_id BLOB NOT NULL, evidence BLOB NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX evidence_by_log ON evidence (log_id);
CREATE TABLE rotation (
  log_id BLOB NOT NULL, sequence INTEGER NOT NULL, statement BLOB NOT NULL,
  PRIMARY KEY (log_id, sequence)) WITHOUT ROWID;
CREATE TABLE cosignature (
  log_id BLOB NOT NULL, size INTEGER NOT NULL, cosigner BLOB NOT NULL, line TEXT NOT NULL,
  PRIMARY KEY (log_id, size, cosigner)) WITHOUT ROWID;
CREATE TABLE last_cosigned (
  log_id BLOB PRIMARY KEY, note BLOB NOT NULL, range BLOB NOT NULL, frozen INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
)sql",
    // 3: cities are looked up by name.
    R"sql(
CREATE INDEX log_by_name ON log (name);
)sql",
    // 4: bodies by topic. Missing bodies are found without a scan. Bodies for peers have a table of their
    // own. Logs outside our policy wait for their removal.
    R"sql(
CREATE INDEX record_unheld ON record (id) WHERE state IN (1, 3);
CREATE INDEX record_erased ON record (id) WHERE state = 2;
CREATE TABLE transit (id INTEGER PRIMARY KEY, body BLOB NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX transit_by_age ON transit (at_ms);
CREATE TABLE blocked (log_id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE invite (node_key BLOB PRIMARY KEY, expects TEXT NOT NULL, expires_at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE head_ask (node_key BLOB NOT NULL, log_id BLOB NOT NULL, PRIMARY KEY (node_key, log_id)) WITHOUT ROWID;
ALTER TABLE log ADD COLUMN out_since_ms INTEGER;
ALTER TABLE arrival ADD COLUMN source BLOB;
CREATE INDEX arrival_by_log ON arrival (log, from_index);
)sql",
    // 5: attachments. Chunk ids are attachment number * 2^16 + chunk.
    R"sql(
CREATE TABLE attachment (
  number INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  chunk_root BLOB NOT NULL,
  chunks INTEGER NOT NULL,
  state INTEGER NOT NULL,
  wish INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  UNIQUE (sha256, size, chunk_root));
CREATE TABLE attachment_chunk (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, proof BLOB NOT NULL);
CREATE TABLE attachment_use (
  record INTEGER NOT NULL, sha256 BLOB NOT NULL, size INTEGER NOT NULL, chunk_root BLOB NOT NULL,
  PRIMARY KEY (record, sha256)) WITHOUT ROWID;
CREATE INDEX attachment_use_by_file ON attachment_use (sha256);
)sql",
    // 6: indexes for frequent queries, and sums that are kept up to date. `id >> 40` is the log of a record.
    // Vouches that were taken back have no row, and only a number of each voucher's vouches count.
    R"sql(
DROP INDEX log_by_name;
CREATE INDEX log_by_name ON log (name, log_id) WHERE size > 0;
DELETE FROM vouch WHERE withdrawn = 1;
DELETE FROM vouch WHERE (voucher, target) IN (SELECT voucher, target FROM (SELECT voucher, target, row_number() OVER
  (PARTITION BY voucher ORDER BY entry_index) AS place FROM vouch) WHERE place > 1000);
CREATE INDEX vouch_by_name ON vouch (name);
CREATE INDEX own_content_by_entry ON own_content (entry_index);
DROP INDEX arrival_by_log;
CREATE INDEX arrival_by_log ON arrival (log, kind, from_index);
DROP INDEX record_unheld;
CREATE INDEX record_lacking ON record (id) WHERE state = 3;
DROP INDEX record_erased;
CREATE INDEX record_erased ON record (id >> 40, erased_by) WHERE state = 2;
DROP INDEX attachment_use_by_file;
CREATE INDEX attachment_use_by_file ON attachment_use (sha256, size, chunk_root);
UPDATE attachment SET wish = 4 WHERE wish = 3 AND NOT EXISTS (
  SELECT 1 FROM attachment_use u
  WHERE u.sha256 = attachment.sha256 AND u.size = attachment.size AND u.chunk_root = attachment.chunk_root);
CREATE INDEX attachment_uploaded ON attachment (at_ms) WHERE wish = 4;
CREATE INDEX attachment_of_others ON attachment (wish, at_ms) WHERE wish < 3;
CREATE TABLE total (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  logs INTEGER NOT NULL, records INTEGER NOT NULL, transit INTEGER NOT NULL, files INTEGER NOT NULL);
INSERT INTO total SELECT 1,
  (SELECT count(*) FROM log WHERE size > 0), (SELECT coalesce(sum(size), 0) FROM log),
  (SELECT coalesce(sum(length(body)), 0) FROM transit),
  (SELECT coalesce(sum(size), 0) FROM attachment WHERE wish < 3);
CREATE TRIGGER log_counted AFTER UPDATE OF size ON log WHEN new.size <> old.size BEGIN
  UPDATE total SET logs = logs + (new.size > 0) - (old.size > 0), records = records + new.size - old.size;
END;
CREATE TRIGGER transit_added AFTER INSERT ON transit BEGIN
  UPDATE total SET transit = transit + length(new.body);
END;
CREATE TRIGGER transit_gone AFTER DELETE ON transit BEGIN
  UPDATE total SET transit = transit - length(old.body);
END;
CREATE TRIGGER file_added AFTER INSERT ON attachment WHEN new.wish < 3 BEGIN
  UPDATE total SET files = files + new.size;
END;
CREATE TRIGGER file_gone AFTER DELETE ON attachment WHEN old.wish < 3 BEGIN
  UPDATE total SET files = files - old.size;
END;
CREATE TRIGGER file_changed AFTER UPDATE OF wish ON attachment WHEN (new.wish < 3) <> (old.wish < 3) BEGIN
  UPDATE total SET files = files + (new.wish < 3) * new.size - (old.wish < 3) * old.size;
END;
)sql",
    // 7: the grace time counts the time that the node ran, so a log has the running time at which it left the
    // policy. A log that is out already begins anew. Each log has the bytes that it takes: entries, bodies,
    // and 512 bytes a record. The code that writes a run counts it. Each log also has the bytes held of it
    // for peers, and of files that nobody asked for by hand. A file counts for the log for which it was first
    // wanted.
    R"sql(
ALTER TABLE log ADD COLUMN out_lived_ms INTEGER;
ALTER TABLE log ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE log SET bytes = (SELECT coalesce(sum(length(entry) + coalesce(length(body), 0) + 512), 0) FROM record
  WHERE record.id >= log.number << 40 AND record.id < (log.number + 1) << 40);
CREATE TRIGGER body_changed AFTER UPDATE OF body ON record
WHEN coalesce(length(new.body), 0) <> coalesce(length(old.body), 0) BEGIN
  UPDATE log SET bytes = bytes + coalesce(length(new.body), 0) - coalesce(length(old.body), 0)
  WHERE number = new.id >> 40;
END;
ALTER TABLE log ADD COLUMN transit INTEGER NOT NULL DEFAULT 0;
UPDATE log SET transit = (SELECT coalesce(sum(length(body)), 0) FROM transit
  WHERE transit.id >= log.number << 40 AND transit.id < (log.number + 1) << 40);
CREATE INDEX transit_of_log ON transit (id >> 40, at_ms);
CREATE TRIGGER transit_of_log_added AFTER INSERT ON transit BEGIN
  UPDATE log SET transit = transit + length(new.body) WHERE number = new.id >> 40;
END;
CREATE TRIGGER transit_of_log_gone AFTER DELETE ON transit BEGIN
  UPDATE log SET transit = transit - length(old.body) WHERE number = old.id >> 40;
END;
ALTER TABLE log ADD COLUMN files INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN log INTEGER;
UPDATE attachment SET log = (SELECT min(record) >> 40 FROM attachment_use u
  WHERE u.sha256 = attachment.sha256 AND u.size = attachment.size AND u.chunk_root = attachment.chunk_root)
  WHERE wish < 2;
CREATE INDEX attachment_for_peers ON attachment (log, at_ms) WHERE wish = 0;
UPDATE log SET files = sum.bytes FROM (SELECT log AS of_log, sum(size) AS bytes FROM attachment
  WHERE wish < 2 AND log IS NOT NULL GROUP BY log) AS sum WHERE sum.of_log = log.number;
CREATE TRIGGER file_of_log_added AFTER INSERT ON attachment WHEN new.wish < 2 BEGIN
  UPDATE log SET files = files + new.size WHERE number = new.log;
END;
CREATE TRIGGER file_of_log_gone AFTER DELETE ON attachment WHEN old.wish < 2 BEGIN
  UPDATE log SET files = files - old.size WHERE number = old.log;
END;
CREATE TRIGGER file_of_log_changed AFTER UPDATE OF wish ON attachment WHEN (new.wish < 2) <> (old.wish < 2) BEGIN
  UPDATE log SET files = files + (new.wish < 2) * new.size - (old.wish < 2) * old.size WHERE number = new.log;
END;
)sql",
    // 8: the numbers of logs that were removed. The rows that are left under them are taken away a piece at a
    // time.
    R"sql(
CREATE TABLE gone (number INTEGER PRIMARY KEY);
)sql",
    // 9: rows of the journal and arrivals count in epochs, one a start. `last_row` and `last_arrival` stand
    // once
    // the next epoch has begun. The journal's id and its reserved numbers are gone; cursors in journals of
    // before say nothing, so each peer's journal is read from the beginning once.
    R"sql(
CREATE TABLE epoch (
  bytes BLOB PRIMARY KEY,
  counter INTEGER NOT NULL UNIQUE,
  last_row INTEGER NOT NULL,
  last_arrival INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta SELECT 'journal_last', CAST(seq AS TEXT) FROM journal ORDER BY seq DESC LIMIT 1;
DELETE FROM meta WHERE key IN ('journal_id', 'journal_reserved');
ALTER TABLE peer RENAME COLUMN journal TO epoch;
UPDATE peer SET epoch = NULL, cursor = 0;
)sql",
    // 10: the largest head that was seen of a log, beside what is held of it. Peers that have
    // held our own
    // log: of those that are pinned already nobody knows, so all that have a log count.
    R"sql(
CREATE TABLE seen_head (
  log_id BLOB PRIMARY KEY,
  recoveries INTEGER NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  note BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE held_ours (node_key BLOB PRIMARY KEY) WITHOUT ROWID;
INSERT INTO held_ours SELECT node_key FROM peer WHERE length(log_id) = 32;
)sql",
    // 11: what our own log says is also known by its sealed digest, which an erasure leaves. Records of our
    // own
    // log whose text nobody is shown: what erases them waits for its signature.
    R"sql(
ALTER TABLE own_content ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE hidden (id INTEGER PRIMARY KEY);
)sql",
    // 12: files that are being fetched are found without a look at those that are here.
    R"sql(
CREATE INDEX attachment_incomplete ON attachment (state) WHERE state = 0;
)sql",
    // 13: the keys that entries name. Those of entries that became void are kept: a pin may have followed
    // them. What the key names stands first: SQLite 3.40 finds faults where there are none if it does not.
    R"sql(
CREATE TABLE log_keys (
  log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, node BLOB NOT NULL,
  cosigner BLOB NOT NULL, sealing BLOB NOT NULL, voided INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (log_id, entry_index, node)) WITHOUT ROWID;
)sql",
    // 14: records that were erased and whose bodies are kept for a grace time, in another file, and the files
    // that they name; and how many bytes these bodies have, of all logs and of each.
    R"sql(
CREATE TABLE grace (id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX grace_by_age ON grace (at_ms);
CREATE TABLE grace_use (
  record INTEGER NOT NULL, sha256 BLOB NOT NULL, size INTEGER NOT NULL, chunk_root BLOB NOT NULL,
  PRIMARY KEY (record, sha256)) WITHOUT ROWID;
CREATE INDEX grace_use_by_file ON grace_use (sha256, size, chunk_root);
ALTER TABLE total ADD COLUMN grace INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN grace INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER grace_added AFTER INSERT ON grace BEGIN
  UPDATE total SET grace = grace + new.bytes;
  UPDATE log SET grace = grace + new.bytes WHERE number = new.id >> 40;
END;
CREATE TRIGGER grace_over AFTER DELETE ON grace BEGIN
  UPDATE total SET grace = grace - old.bytes;
  UPDATE log SET grace = grace - old.bytes WHERE number = old.id >> 40;
END;
)sql",
    // 15: evidence that the operator has thawed: its digest, who did it and when. NULL: it freezes its log.
    R"sql(
ALTER TABLE evidence ADD COLUMN thawed BLOB;
ALTER TABLE evidence ADD COLUMN thawed_by TEXT;
ALTER TABLE evidence ADD COLUMN thawed_at_ms INTEGER;
)sql",
    // 16: each row of keys says since which one its node key and its cosigner key are named, and which node
    // key the log named before, last in `before_at`. NULL: all standing rows before it name the same. A row
    // speaks of rows before it alone: it stays right where later ones become void. What stands is found
    // without a look at what is void, and a node key without a look at the others.
    R"sql(
ALTER TABLE log_keys ADD COLUMN node_since INTEGER;
ALTER TABLE log_keys ADD COLUMN cosigner_since INTEGER;
ALTER TABLE log_keys ADD COLUMN node_before BLOB;
ALTER TABLE log_keys ADD COLUMN before_at INTEGER;
CREATE INDEX log_keys_standing ON log_keys (log_id, entry_index) WHERE voided = 0;
CREATE INDEX log_keys_by_node ON log_keys (log_id, node);
UPDATE log_keys SET
  before_at = (SELECT entry_index FROM log_keys b WHERE b.log_id = log_keys.log_id AND b.voided = 0
    AND b.entry_index < log_keys.entry_index AND b.node <> log_keys.node ORDER BY entry_index DESC LIMIT 1),
  cosigner_since = (SELECT entry_index FROM log_keys b WHERE b.log_id = log_keys.log_id AND b.voided = 0
    AND b.entry_index < log_keys.entry_index AND b.cosigner <> log_keys.cosigner ORDER BY entry_index DESC LIMIT 1)
  WHERE voided = 0;
UPDATE log_keys SET
  node_before = (SELECT node FROM log_keys b WHERE b.log_id = log_keys.log_id AND b.voided = 0
    AND b.entry_index = log_keys.before_at),
  node_since = (SELECT entry_index FROM log_keys b WHERE b.log_id = log_keys.log_id AND b.voided = 0
    AND b.entry_index > log_keys.before_at ORDER BY entry_index LIMIT 1),
  cosigner_since = (SELECT entry_index FROM log_keys b WHERE b.log_id = log_keys.log_id AND b.voided = 0
    AND b.entry_index > log_keys.cosigner_since ORDER BY entry_index LIMIT 1)
  WHERE voided = 0;
)sql",
    // 17: under the origin of how many recoveries a log was held when a later one took its heads.
    R"sql(
ALTER TABLE log ADD COLUMN held_under INTEGER NOT NULL DEFAULT 0;
)sql",
    // 18: the newest checkpoint of each log that our own cosigner has signed, which outlives the log's
    // removal; the heads of logs that cities cosign, and their lines. Without seconds: a line of an unknown
    // kind. The tables of step 2 were never used. Whether an entry says that the cosigner keys before the one
    // that it names are lost.
    R"sql(
DROP TABLE cosignature;
DROP TABLE last_cosigned;
CREATE TABLE last_cosigned (
  log_id BLOB PRIMARY KEY, recoveries INTEGER NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE cosigned_head (
  number INTEGER PRIMARY KEY,
  log_id BLOB NOT NULL,
  recoveries INTEGER NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  note BLOB NOT NULL,
  since_ms INTEGER NOT NULL,
  UNIQUE (log_id, recoveries, size));
CREATE TABLE cosignature (
  head INTEGER NOT NULL,
  city BLOB NOT NULL,
  key_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  signature BLOB NOT NULL,
  seconds INTEGER,
  rank INTEGER NOT NULL,
  PRIMARY KEY (head, city, key_id)) WITHOUT ROWID;
ALTER TABLE log_keys ADD COLUMN cosigner_lost INTEGER NOT NULL DEFAULT 0;
)sql",
    // 19: peers with which nothing is exchanged, by the operator's word.
    R"sql(
ALTER TABLE peer ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
)sql"};

}  // namespace

const sqlite::SchemaSteps& store_schema() {
  static constexpr sqlite::SchemaSteps kSchema{"store.db", kSteps};
  return kSchema;
}

int store_schema_version() { return store_schema().newest(); }

Status migrate_store(sqlite::Connection& db, int target) {
  return sqlite::bring_up_to_date(db, store_schema(), target);
}

std::string noted_program(const std::filesystem::path& path) {
  auto db = sqlite::Connection::open_untouched(path);
  if (!db.ok()) return {};
  auto select = db->prepare("SELECT value FROM meta WHERE key = 'program'");
  const auto row = select.step();
  return row.ok() && *row ? select.text(0) : std::string();
}

Status check_store_schema(sqlite::Connection& db) {
  KOINON_ASSIGN(const int version, sqlite::schema_version(db));
  if (version > store_schema_version())
    return sqlite::of_newer_program(store_schema().file, version, store_schema_version());
  if (version == store_schema_version()) return {};
  return fail(Code::kRefused,
              "the store is of an earlier version of Koinon; the next start of koinond brings it up to date",
              std::string(store_schema().file));
}

}  // namespace koinon
