#include "storage/search/index_schema.h"

namespace koinon {

const char* const kIndexSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE doc (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: readers keep what they know of a record by it
  log_id BLOB NOT NULL, entry_index INTEGER NOT NULL,
  leaf BLOB NOT NULL,                     -- its hash: another entry may take its place when it is void
  recoveries INTEGER NOT NULL,            -- after so many of its log it was signed
  arrival INTEGER NOT NULL, kind INTEGER NOT NULL, created_at_ms INTEGER NOT NULL,
  language TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL, topics TEXT NOT NULL,
  readable INTEGER NOT NULL,
  evidence INTEGER NOT NULL, cost INTEGER NOT NULL, sdgs INTEGER NOT NULL, outcome INTEGER NOT NULL,
  stopped INTEGER NOT NULL, dollars REAL NOT NULL,  -- NoteFacts
  length INTEGER NOT NULL, change INTEGER NOT NULL,
  status INTEGER NOT NULL DEFAULT 0,      -- RecordStatus
  status_by INTEGER NOT NULL DEFAULT -1,  -- the entry of its log that made it so
  stands INTEGER NOT NULL DEFAULT 1,      -- it, or a version of it, is there still: what it revises is superseded
  erased INTEGER NOT NULL DEFAULT 0,      -- its body is known to be erased
  UNIQUE (log_id, entry_index));
CREATE INDEX doc_by_change ON doc (change);
CREATE INDEX doc_by_arrival ON doc (arrival);
CREATE INDEX doc_by_log ON doc (log_id, arrival);
CREATE INDEX doc_by_log_and_kind ON doc (log_id, kind, arrival);
CREATE INDEX there_by_log ON doc (log_id, kind, arrival) WHERE status < 2;
CREATE INDEX profile_by_log ON doc (log_id, arrival) WHERE kind = 4 AND status < 2 AND length > 0;
CREATE INDEX doc_by_kind ON doc (kind, arrival);
CREATE INDEX standing_by_kind ON doc (kind, arrival) WHERE kind IN (5, 6, 7, 8, 13, 14, 15, 16) AND length > 0 AND status = 0;
CREATE INDEX standing_by_log ON doc (log_id, kind, arrival)
  WHERE kind IN (5, 6, 7, 8, 13, 14, 15, 16) AND length > 0 AND status = 0;
CREATE TABLE stated (  -- stated_facts.h
  doc INTEGER PRIMARY KEY, year INTEGER NOT NULL, stage INTEGER NOT NULL, translation INTEGER NOT NULL,
  people INTEGER NOT NULL, agreements TEXT NOT NULL,  -- a line each
  change INTEGER NOT NULL);
CREATE INDEX stated_by_change ON stated (change);
CREATE TABLE topic (topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, arrival, doc)) WITHOUT ROWID;
CREATE TABLE kind_topic (topic TEXT NOT NULL, kind INTEGER NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, kind, arrival, doc)) WITHOUT ROWID;
CREATE TABLE log_topic (log_id BLOB NOT NULL, topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, topic, arrival, doc)) WITHOUT ROWID;
CREATE TABLE log_kind_topic (log_id BLOB NOT NULL, topic TEXT NOT NULL, kind INTEGER NOT NULL,
  arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, topic, kind, arrival, doc)) WITHOUT ROWID;
CREATE TABLE standing_topic (topic TEXT NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (topic, arrival, doc)) WITHOUT ROWID;
-- To the entry with that leaf alone: whatever else stands there is another entry.
CREATE TABLE link (log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, leaf BLOB NOT NULL,
  role INTEGER NOT NULL, doc INTEGER NOT NULL,
  own INTEGER NOT NULL,              -- an earlier record of its own log
  by_log BLOB NOT NULL,              -- of the record that refers, its kind, and whether it stands
  kind INTEGER NOT NULL,
  stands INTEGER NOT NULL DEFAULT 1,
  erases INTEGER NOT NULL DEFAULT 0,  -- a withdrawal that asks for erasure
  PRIMARY KEY (log_id, entry_index, leaf, doc, role)) WITHOUT ROWID;
CREATE INDEX link_by_doc ON link (doc);
CREATE INDEX link_by_role ON link (log_id, entry_index, leaf, role, doc);
CREATE INDEX link_by_log ON link (log_id, entry_index, leaf, role, by_log, doc);
CREATE INDEX withdrawal ON link (log_id, entry_index, leaf, erases, doc) WHERE own = 1 AND role = 8;
CREATE INDEX newer_version ON link (log_id, entry_index, leaf, kind, doc)
  WHERE own = 1 AND role = 2 AND stands = 1;
CREATE TRIGGER doc_stands AFTER UPDATE OF stands ON doc WHEN new.stands <> old.stands BEGIN
  UPDATE link SET stands = new.stands WHERE doc = new.id;
END;
CREATE TABLE referred (log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, leaf BLOB NOT NULL,
  count INTEGER NOT NULL, PRIMARY KEY (log_id, entry_index, leaf)) WITHOUT ROWID;
CREATE TRIGGER link_added AFTER INSERT ON link BEGIN
  INSERT OR IGNORE INTO referred VALUES (new.log_id, new.entry_index, new.leaf, 0);
  UPDATE referred SET count = count + 1
    WHERE log_id = new.log_id AND entry_index = new.entry_index AND leaf = new.leaf;
END;
CREATE TRIGGER link_gone AFTER DELETE ON link WHEN (SELECT status FROM doc WHERE id = old.doc) < 2 BEGIN
  UPDATE referred SET count = count - 1
    WHERE log_id = old.log_id AND entry_index = old.entry_index AND leaf = old.leaf;
END;
CREATE TRIGGER last_link_gone AFTER DELETE ON link
WHEN NOT EXISTS
  (SELECT 1 FROM link WHERE log_id = old.log_id AND entry_index = old.entry_index AND leaf = old.leaf) BEGIN
  DELETE FROM referred WHERE log_id = old.log_id AND entry_index = old.entry_index AND leaf = old.leaf;
END;
-- No log: a question of another city to all.
CREATE TABLE addressee (log_id BLOB NOT NULL, arrival INTEGER NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY (log_id, arrival, doc)) WITHOUT ROWID;
CREATE INDEX addressee_by_doc ON addressee (doc);
CREATE TABLE city (
  log_id BLOB PRIMARY KEY, entry_index INTEGER NOT NULL, name TEXT NOT NULL, population REAL NOT NULL,
  density REAL NOT NULL, climate TEXT NOT NULL, income INTEGER NOT NULL, country TEXT NOT NULL,
  latitude REAL NOT NULL, longitude REAL NOT NULL,  -- degrees; both 0: not said
  change INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX city_by_change ON city (change);
CREATE TABLE city_domain (log_id BLOB PRIMARY KEY, domain TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE city_name (
  part TEXT NOT NULL,            -- a name, folded, from one of its characters on
  log_id BLOB NOT NULL,
  of_profile INTEGER NOT NULL,   -- 0: of its domain
  whole INTEGER NOT NULL,        -- it is all of a name
  PRIMARY KEY (part, log_id, of_profile)) WITHOUT ROWID;
CREATE INDEX city_name_by_log ON city_name (log_id, of_profile);
CREATE TABLE removed (log_id BLOB NOT NULL,
  what INTEGER NOT NULL,  -- 0: what its profile says of the city; 1: all of a log; 2: some of its entries
  arrival INTEGER NOT NULL DEFAULT 0,  -- with 2: entries that arrived before this one, from one up to another
  from_index INTEGER NOT NULL DEFAULT 0,
  to_index INTEGER NOT NULL DEFAULT 0,
  change INTEGER NOT NULL, PRIMARY KEY (log_id, what, arrival)) WITHOUT ROWID;
CREATE INDEX removed_by_change ON removed (change);
-- What an entry was that became void, by the number of the arrival that says so.
CREATE TABLE void_entry (arrival INTEGER PRIMARY KEY, log_id BLOB NOT NULL, entry_index INTEGER NOT NULL,
  kind INTEGER NOT NULL, topics TEXT NOT NULL, recoveries INTEGER NOT NULL, leaf BLOB NOT NULL);
CREATE INDEX void_by_entry ON void_entry (log_id, entry_index, arrival);
-- How many notes of a log became void that were signed after so many of its recoveries.
CREATE TABLE void_notes (log_id BLOB NOT NULL, recoveries INTEGER NOT NULL, notes INTEGER NOT NULL,
  PRIMARY KEY (log_id, recoveries)) WITHOUT ROWID;
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);  -- of all notes, for typing errors
CREATE TABLE word_form (form INTEGER NOT NULL, word INTEGER NOT NULL, PRIMARY KEY (form, word)) WITHOUT ROWID;
CREATE TABLE city_words (log_id BLOB PRIMARY KEY, words INTEGER NOT NULL) WITHOUT ROWID;  -- that it brought
CREATE VIRTUAL TABLE text USING fts5 (title, summary, body, keywords, tokenize = 'koinon');
)sql";

}  // namespace koinon
