#include "storage/postgres/postgres_schema.h"

#include <array>

namespace koinon::postgres {
namespace {

// Record ids and tile ids are as in storage/store/schema.cpp; by them the three large tables are partitioned
// (places.h). Texts compare byte by byte. Bodies are compressed, hashes and files are not.
//
// `erased`: tables whose dead rows hold bytes that were erased (erased_rows.h). A trigger notes them, so that
// no way of erasing forgets it, and a crash neither. `taken`: of 1, the table is being written anew; what is
// erased meanwhile is noted beside it, as 0. `next_xid`: all that erased what was taken have a transaction id
// before this one; null until one is given.
constexpr std::array<const char*, 2> kStoreSteps = {
    R"sql(
CREATE TABLE meta (key TEXT COLLATE "C" PRIMARY KEY, value BYTEA NOT NULL);
CREATE TABLE writer (
  one BIGINT PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL, holder TEXT COLLATE "C" NOT NULL,
  alive_at_ms BIGINT NOT NULL) WITH (fillfactor = 20);
INSERT INTO writer VALUES (1, 0, '', 0);
CREATE TABLE erased (
  name TEXT COLLATE "C" NOT NULL, taken BIGINT NOT NULL DEFAULT 0, since_ms BIGINT NOT NULL,
  PRIMARY KEY (name, taken));
CREATE TABLE log (
  number BIGINT PRIMARY KEY,
  log_id BYTEA NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  signing_key BYTEA NOT NULL,
  recovery_key BYTEA NOT NULL,
  size BIGINT NOT NULL,
  range BYTEA NOT NULL,
  whole_size BIGINT, whole_root BYTEA, whole_note BYTEA,
  seen_size BIGINT, seen_root BYTEA, seen_note BYTEA, seen_right BYTEA,
  frozen BIGINT NOT NULL DEFAULT 0,
  out_since_ms BIGINT,
  out_lived_ms BIGINT,
  bytes BIGINT NOT NULL DEFAULT 0,
  transit BIGINT NOT NULL DEFAULT 0,
  files BIGINT NOT NULL DEFAULT 0,
  grace BIGINT NOT NULL DEFAULT 0,
  held_under BIGINT NOT NULL DEFAULT 0) WITH (fillfactor = 50);
CREATE INDEX log_by_name ON log (name, log_id) WHERE size > 0;
CREATE TABLE record (
  id BIGINT PRIMARY KEY,
  entry BYTEA NOT NULL,
  body BYTEA COMPRESSION lz4,
  state BIGINT NOT NULL,
  erased_by BIGINT) PARTITION BY RANGE (id);
CREATE INDEX record_lacking ON record (id) WHERE state = 3;
CREATE INDEX record_erased ON record ((id >> 40), erased_by) WHERE state = 2;
CREATE TABLE tile (id BIGINT PRIMARY KEY, hashes BYTEA NOT NULL) PARTITION BY RANGE (id);
ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE journal (seq BIGINT PRIMARY KEY, log BIGINT NOT NULL UNIQUE);
CREATE TABLE arrival (
  first BIGINT PRIMARY KEY,
  last BIGINT NOT NULL,
  log BIGINT NOT NULL,
  from_index BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  source BYTEA);
CREATE INDEX arrival_by_log ON arrival (log, kind, from_index);
CREATE TABLE peer (
  node_key BYTEA PRIMARY KEY,
  log_id BYTEA NOT NULL,
  vkey TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  address TEXT COLLATE "C" NOT NULL,
  vouch BIGINT NOT NULL,
  added_at_ms BIGINT NOT NULL,
  epoch BYTEA,
  cursor BIGINT NOT NULL DEFAULT 0,
  paused BIGINT NOT NULL DEFAULT 0);
CREATE TABLE vouch (
  voucher BYTEA NOT NULL,
  target BYTEA NOT NULL,
  entry_index BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  vkey TEXT COLLATE "C" NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  withdrawn BIGINT NOT NULL,
  PRIMARY KEY (voucher, target));
CREATE INDEX vouch_by_name ON vouch (name);
CREATE TABLE own_content (digest BYTEA PRIMARY KEY, entry_index BIGINT NOT NULL, sealed BIGINT NOT NULL DEFAULT 0);
CREATE INDEX own_content_by_entry ON own_content (entry_index);
CREATE TABLE evidence (
  id BIGINT PRIMARY KEY, log_id BYTEA NOT NULL, evidence BYTEA NOT NULL, at_ms BIGINT NOT NULL,
  thawed BYTEA, thawed_by TEXT COLLATE "C", thawed_at_ms BIGINT);
CREATE INDEX evidence_by_log ON evidence (log_id);
CREATE TABLE rotation (
  log_id BYTEA NOT NULL, sequence BIGINT NOT NULL, statement BYTEA NOT NULL, PRIMARY KEY (log_id, sequence));
CREATE TABLE transit (id BIGINT PRIMARY KEY, body BYTEA COMPRESSION lz4 NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX transit_by_age ON transit (at_ms, id);
CREATE INDEX transit_of_log ON transit ((id >> 40), at_ms, id);
CREATE TABLE blocked (log_id BYTEA PRIMARY KEY);
CREATE TABLE invite (node_key BYTEA PRIMARY KEY, expects TEXT COLLATE "C" NOT NULL, expires_at_ms BIGINT NOT NULL);
CREATE TABLE head_ask (node_key BYTEA NOT NULL, log_id BYTEA NOT NULL, PRIMARY KEY (node_key, log_id));
CREATE TABLE attachment (
  number BIGINT PRIMARY KEY,
  sha256 BYTEA NOT NULL,
  size BIGINT NOT NULL,
  chunk_root BYTEA NOT NULL,
  chunks BIGINT NOT NULL,
  state BIGINT NOT NULL,
  wish BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  log BIGINT,
  UNIQUE (sha256, size, chunk_root));
CREATE INDEX attachment_uploaded ON attachment (at_ms) WHERE wish = 4;
CREATE INDEX attachment_of_others ON attachment (wish, at_ms) WHERE wish < 3;
CREATE INDEX attachment_for_peers ON attachment (log, at_ms) WHERE wish = 0;
CREATE INDEX attachment_incomplete ON attachment (state) WHERE state = 0;
CREATE TABLE attachment_chunk (id BIGINT PRIMARY KEY, bytes BYTEA NOT NULL, proof BYTEA NOT NULL);
ALTER TABLE attachment_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE attachment_use (
  record BIGINT NOT NULL, sha256 BYTEA NOT NULL, size BIGINT NOT NULL, chunk_root BYTEA NOT NULL,
  PRIMARY KEY (record, sha256));
CREATE INDEX attachment_use_by_file ON attachment_use (sha256, size, chunk_root);
CREATE TABLE total (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  logs BIGINT NOT NULL, records BIGINT NOT NULL, transit BIGINT NOT NULL, files BIGINT NOT NULL,
  grace BIGINT NOT NULL DEFAULT 0) WITH (fillfactor = 20);
INSERT INTO total VALUES (1, 0, 0, 0, 0, 0);
CREATE TABLE gone (number BIGINT PRIMARY KEY);
CREATE TABLE epoch (
  bytes BYTEA PRIMARY KEY, counter BIGINT NOT NULL UNIQUE, last_row BIGINT NOT NULL, last_arrival BIGINT NOT NULL);
CREATE TABLE seen_head (
  log_id BYTEA PRIMARY KEY, recoveries BIGINT NOT NULL, size BIGINT NOT NULL, root BYTEA NOT NULL, note BYTEA NOT NULL);
CREATE TABLE held_ours (node_key BYTEA PRIMARY KEY);
CREATE TABLE hidden (id BIGINT PRIMARY KEY);
CREATE TABLE log_keys (
  log_id BYTEA NOT NULL, entry_index BIGINT NOT NULL, node BYTEA NOT NULL,
  cosigner BYTEA NOT NULL, sealing BYTEA NOT NULL, voided BIGINT NOT NULL DEFAULT 0,
  node_since BIGINT, cosigner_since BIGINT, node_before BYTEA, before_at BIGINT,
  cosigner_lost BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (log_id, entry_index, node));
CREATE INDEX log_keys_standing ON log_keys (log_id, entry_index) WHERE voided = 0;
CREATE INDEX log_keys_by_node ON log_keys (log_id, node);
CREATE TABLE grace (id BIGINT PRIMARY KEY, bytes BIGINT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX grace_by_age ON grace (at_ms);
CREATE TABLE grace_use (
  record BIGINT NOT NULL, sha256 BYTEA NOT NULL, size BIGINT NOT NULL, chunk_root BYTEA NOT NULL,
  PRIMARY KEY (record, sha256));
CREATE INDEX grace_use_by_file ON grace_use (sha256, size, chunk_root);
CREATE TABLE last_cosigned (
  log_id BYTEA PRIMARY KEY, recoveries BIGINT NOT NULL, size BIGINT NOT NULL, root BYTEA NOT NULL);
CREATE TABLE cosigned_head (
  number BIGINT PRIMARY KEY,
  log_id BYTEA NOT NULL,
  recoveries BIGINT NOT NULL,
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  note BYTEA NOT NULL,
  since_ms BIGINT NOT NULL,
  UNIQUE (log_id, recoveries, size));
CREATE TABLE cosignature (
  head BIGINT NOT NULL,
  city BYTEA NOT NULL,
  key_id BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  signature BYTEA NOT NULL,
  seconds BIGINT,
  rank BIGINT NOT NULL,
  PRIMARY KEY (head, city, key_id));

CREATE FUNCTION count_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE koinon_store.total SET logs = logs + CASE WHEN new.size > 0 THEN 1 ELSE 0 END
    - CASE WHEN old.size > 0 THEN 1 ELSE 0 END, records = records + new.size - old.size;
  RETURN NULL;
END $$;
CREATE TRIGGER log_counted AFTER UPDATE OF size ON log FOR EACH ROW WHEN (new.size <> old.size)
  EXECUTE FUNCTION count_log();
CREATE FUNCTION note_erased(of_schema TEXT, of_table TEXT) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO koinon_store.erased (name, since_ms)
    VALUES (of_schema || '.' || of_table, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT))
    ON CONFLICT (name, taken) DO NOTHING;
END $$;
CREATE FUNCTION note_erased_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM koinon_store.note_erased(TG_TABLE_SCHEMA, TG_TABLE_NAME);
  RETURN NULL;
END $$;
CREATE FUNCTION count_bodies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE koinon_store.log SET bytes = bytes + changed.more FROM (
      SELECT n.id >> 40 AS number, sum(coalesce(length(n.body), 0) - coalesce(length(o.body), 0)) AS more
      FROM before o JOIN after n ON n.id = o.id GROUP BY n.id >> 40) AS changed
    WHERE log.number = changed.number AND changed.more <> 0;
  INSERT INTO koinon_store.erased (name, since_ms)
    SELECT DISTINCT 'koinon_store.record_' || (o.id >> 48),
      CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
      FROM before o JOIN after n ON n.id = o.id WHERE o.body IS NOT NULL AND n.body IS NULL
    ON CONFLICT (name, taken) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER body_changed AFTER UPDATE ON record REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION count_bodies();
CREATE FUNCTION note_gone_records() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO koinon_store.erased (name, since_ms)
    SELECT DISTINCT 'koinon_store.record_' || (id >> 48),
      CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM gone WHERE body IS NOT NULL
    ON CONFLICT (name, taken) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER record_gone AFTER DELETE ON record REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
  EXECUTE FUNCTION note_gone_records();
CREATE FUNCTION count_transit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE koinon_store.total SET transit = transit + length(new.body);
    UPDATE koinon_store.log SET transit = transit + length(new.body) WHERE number = new.id >> 40;
  ELSE
    UPDATE koinon_store.total SET transit = transit - length(old.body);
    UPDATE koinon_store.log SET transit = transit - length(old.body) WHERE number = old.id >> 40;
    PERFORM koinon_store.note_erased(TG_TABLE_SCHEMA, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER transit_counted AFTER INSERT OR DELETE ON transit FOR EACH ROW EXECUTE FUNCTION count_transit();
CREATE FUNCTION count_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_others BIGINT := 0;
  by_itself BIGINT := 0;
  of_log BIGINT;
BEGIN
  IF TG_OP <> 'DELETE' THEN
    of_log := new.log;
    IF new.wish < 3 THEN of_others := new.size; END IF;
    IF new.wish < 2 THEN by_itself := new.size; END IF;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN of_log := old.log; END IF;
    IF old.wish < 3 THEN of_others := of_others - old.size; END IF;
    IF old.wish < 2 THEN by_itself := by_itself - old.size; END IF;
  END IF;
  IF of_others <> 0 THEN UPDATE koinon_store.total SET files = files + of_others; END IF;
  IF by_itself <> 0 THEN UPDATE koinon_store.log SET files = files + by_itself WHERE number = of_log; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER file_counted AFTER INSERT OR DELETE OR UPDATE OF wish ON attachment FOR EACH ROW
  EXECUTE FUNCTION count_file();
CREATE TRIGGER chunk_gone AFTER DELETE ON attachment_chunk FOR EACH ROW EXECUTE FUNCTION note_erased_row();
CREATE TRIGGER content_gone AFTER DELETE ON own_content FOR EACH ROW EXECUTE FUNCTION note_erased_row();
CREATE FUNCTION count_grace() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE koinon_store.total SET grace = grace + new.bytes;
    UPDATE koinon_store.log SET grace = grace + new.bytes WHERE number = new.id >> 40;
  ELSE
    UPDATE koinon_store.total SET grace = grace - old.bytes;
    UPDATE koinon_store.log SET grace = grace - old.bytes WHERE number = old.id >> 40;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER grace_counted AFTER INSERT OR DELETE ON grace FOR EACH ROW EXECUTE FUNCTION count_grace();
)sql",
    R"sql(ALTER TABLE erased ADD COLUMN next_xid XID8;)sql"};

constexpr std::array<const char*, 1> kKeptSteps = {
    R"sql(
CREATE TABLE koinon_grace.body (record BIGINT PRIMARY KEY, body BYTEA COMPRESSION lz4 NOT NULL);
CREATE TRIGGER body_gone AFTER UPDATE OR DELETE ON koinon_grace.body FOR EACH ROW
  EXECUTE FUNCTION koinon_store.note_erased_row();
)sql"};

}  // namespace

const sql::ServerSchema& store_tables() {
  static constexpr sql::ServerSchema kSchema{"koinon_store", kStoreSteps};
  return kSchema;
}

const sql::ServerSchema& kept_tables() {
  static constexpr sql::ServerSchema kSchema{"koinon_grace", kKeptSteps};
  return kSchema;
}

}  // namespace koinon::postgres
