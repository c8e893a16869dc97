#include "storage/office/office_schema.h"

#include <array>

namespace koinon {
namespace {

constexpr std::array<const char*, 17> kSteps = {
    R"sql(
CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  role INTEGER NOT NULL,
  office TEXT NOT NULL,
  person TEXT NOT NULL,
  email TEXT NOT NULL,
  mail_at_once INTEGER NOT NULL DEFAULT 0,
  password TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL);
CREATE TABLE credential (
  digest BLOB PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  scope INTEGER NOT NULL,
  label TEXT NOT NULL,
  csrf TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX credential_by_user ON credential (user, kind);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE draft (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL, version INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL, note TEXT NOT NULL);
CREATE TABLE held (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  who TEXT NOT NULL, made_at_ms INTEGER NOT NULL, due_at_ms INTEGER NOT NULL,
  state INTEGER NOT NULL, outcome TEXT NOT NULL, request TEXT NOT NULL);
CREATE INDEX held_by_due ON held (state, due_at_ms);
CREATE TABLE inbox (
  log_id BLOB NOT NULL, entry_index INTEGER NOT NULL,
  state INTEGER NOT NULL, assignee TEXT NOT NULL, remark TEXT NOT NULL, updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (log_id, entry_index)) WITHOUT ROWID;
CREATE TABLE watch (
  user INTEGER NOT NULL, log_id BLOB NOT NULL, entry_index INTEGER NOT NULL,
  remark TEXT NOT NULL, added_at_ms INTEGER NOT NULL,
  PRIMARY KEY (user, log_id, entry_index)) WITHOUT ROWID;
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL, topic TEXT NOT NULL, secret TEXT NOT NULL, made_by TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL, cursor INTEGER NOT NULL);
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  message TEXT NOT NULL, payload TEXT NOT NULL,
  attempts INTEGER NOT NULL, next_at_ms INTEGER NOT NULL, state INTEGER NOT NULL, outcome TEXT NOT NULL);
CREATE INDEX delivery_by_due ON delivery (state, next_at_ms);
CREATE INDEX delivery_by_webhook ON delivery (webhook, id);
CREATE TABLE digest (
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  topic TEXT NOT NULL, days INTEGER NOT NULL, next_at_ms INTEGER NOT NULL, cursor INTEGER NOT NULL,
  PRIMARY KEY (user, topic)) WITHOUT ROWID;
CREATE TABLE mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  recipient TEXT NOT NULL, message BLOB NOT NULL,
  attempts INTEGER NOT NULL, next_at_ms INTEGER NOT NULL, state INTEGER NOT NULL, outcome TEXT NOT NULL);
CREATE INDEX mail_by_due ON mail (state, next_at_ms);
CREATE TABLE setting (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // A held note belongs to an account and not to a name, which another account may get later. 0 is the Unix
    // socket, -1 an account that is gone.
    R"sql(
ALTER TABLE held ADD COLUMN user INTEGER NOT NULL DEFAULT -1;
ALTER TABLE held ADD COLUMN approved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN settled_at_ms INTEGER NOT NULL DEFAULT 0;
UPDATE held SET user = coalesce((SELECT id FROM user WHERE name = held.who), -1);
UPDATE held SET user = 0 WHERE who = 'local';
UPDATE held SET settled_at_ms = due_at_ms WHERE state IN (3, 4, 5);
CREATE INDEX held_by_user ON held (user, id);
CREATE INDEX held_by_settled ON held (settled_at_ms) WHERE settled_at_ms > 0;
)sql",
    // Indexes for the queries of every login, hold, draft and turn of the courier.
    R"sql(
CREATE INDEX credential_by_expiry ON credential (expires_at_ms) WHERE expires_at_ms > 0;
CREATE INDEX draft_by_user ON draft (user, updated_at_ms);
CREATE INDEX draft_by_change ON draft (updated_at_ms);
CREATE INDEX digest_by_due ON digest (next_at_ms);
CREATE INDEX user_by_role ON user (role);
CREATE INDEX held_open ON held (user) WHERE state IN (1, 2);
CREATE TABLE waiting (user INTEGER PRIMARY KEY, count INTEGER NOT NULL);
INSERT INTO waiting SELECT user, count(*) FROM held WHERE state IN (1, 2, 6) GROUP BY user;
INSERT INTO setting SELECT 'held_waiting', coalesce(sum(count), 0) FROM waiting;
CREATE TRIGGER held_added AFTER INSERT ON held WHEN new.state IN (1, 2, 6) BEGIN
  INSERT OR IGNORE INTO waiting VALUES (new.user, 0);
  UPDATE waiting SET count = count + 1 WHERE user = new.user;
  UPDATE setting SET value = value + 1 WHERE key = 'held_waiting';
END;
CREATE TRIGGER held_moved AFTER UPDATE OF state ON held WHEN (new.state IN (1, 2, 6)) <> (old.state IN (1, 2, 6)) BEGIN
  INSERT OR IGNORE INTO waiting VALUES (new.user, 0);
  UPDATE waiting SET count = count + iif(new.state IN (1, 2, 6), 1, -1) WHERE user = new.user;
  UPDATE setting SET value = value + iif(new.state IN (1, 2, 6), 1, -1) WHERE key = 'held_waiting';
END;
CREATE TRIGGER held_gone AFTER DELETE ON held WHEN old.state IN (1, 2, 6) BEGIN
  UPDATE waiting SET count = count - 1 WHERE user = old.user;
  UPDATE setting SET value = value - 1 WHERE key = 'held_waiting';
END;
)sql",
    // A message that waits names its record, and takes the text from the index when it is sent. A settled
    // message keeps no text. So no text stays here that its author has erased. Messages that wait since an
    // older version go as they are.
    R"sql(
ALTER TABLE delivery ADD COLUMN log_id BLOB;
ALTER TABLE delivery ADD COLUMN entry_index INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mail ADD COLUMN about TEXT NOT NULL DEFAULT '';
UPDATE delivery SET payload = '' WHERE state <> 1;
UPDATE mail SET message = x'' WHERE state <> 1;
UPDATE held SET request = '{}' WHERE state IN (3, 4);
UPDATE audit SET outcome = substr(outcome, 1, 3) WHERE outcome >= '4' AND outcome < '6' AND action IN
  ('publish', 'withdraw', 'preview', 'importNotes', 'addDraft', 'changeDraft', 'publishDraft', 'uploadAttachment');
UPDATE audit SET outcome = 'not signed' WHERE action = 'signHeld' AND outcome NOT LIKE 'signed as %';
)sql",
    // How many mails each person got in an hour, and which notes came for the office lately. A person who got
    // as many mails as an hour may bring gets the further notes in one mail. Indexes find what was written
    // while the clock was ahead. hold_ms is how long a note is held; -1: until a time that somebody chose.
    R"sql(
CREATE TABLE mail_pace (
  user INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
  began_ms INTEGER NOT NULL, mails INTEGER NOT NULL, held INTEGER NOT NULL, held_from INTEGER NOT NULL);
CREATE INDEX mail_pace_held ON mail_pace (began_ms) WHERE held > 0;
CREATE TABLE addressed (arrival INTEGER PRIMARY KEY, log_id BLOB NOT NULL, entry_index INTEGER NOT NULL);
CREATE INDEX delivery_waiting ON delivery (webhook, next_at_ms) WHERE state = 1;
CREATE INDEX delivery_settled ON delivery (id) WHERE state IN (2, 3);
CREATE INDEX mail_settled ON mail (id) WHERE state IN (2, 3);
CREATE INDEX digest_by_wait ON digest (next_at_ms - days * 86400000);
ALTER TABLE held ADD COLUMN hold_ms INTEGER NOT NULL DEFAULT -1;
CREATE INDEX held_by_making ON held (made_at_ms) WHERE hold_ms >= 0 AND state IN (1, 2);
)sql",
    // Indexes that find remarks by their record, and messages that fail beside those that wait.
    R"sql(
CREATE INDEX watch_by_record ON watch (log_id, entry_index);
CREATE INDEX delivery_tried ON delivery (attempts) WHERE state = 1;
CREATE INDEX mail_tried ON mail (attempts) WHERE state = 1;
CREATE INDEX delivery_given_up ON delivery (next_at_ms) WHERE state = 3 AND attempts > 0;
CREATE INDEX mail_given_up ON mail (next_at_ms) WHERE state = 3 AND attempts > 0;
)sql",
    // The reason why a held note failed has an id, so that pages can translate it.
    R"sql(
ALTER TABLE held ADD COLUMN fault TEXT NOT NULL DEFAULT '';
)sql",
    // So has what became of a message. An answer's number has always been the outcome.
    R"sql(
ALTER TABLE delivery ADD COLUMN fault TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN fault TEXT NOT NULL DEFAULT '';
UPDATE delivery SET fault = '{"id":"send.answered","arguments":{"status":' || outcome || '}}' WHERE outcome GLOB '[1-5][0-9][0-9]';
UPDATE mail SET fault = '{"id":"send.answered","arguments":{"status":' || outcome || '}}' WHERE outcome GLOB '[1-5][0-9][0-9]';
)sql",
    // When a webhook began anew, because the store was put back from a copy; 0: never.
    R"sql(
ALTER TABLE webhook ADD COLUMN began_anew_ms INTEGER NOT NULL DEFAULT 0;
)sql",
    // What waits for its signature keeps its salt, so that it is known again in the log. `kept`: it may be
    // signed as soon as the node may sign. `hides`: the entry of our log whose text is hidden meanwhile; -1:
    // none. State 7 is set aside after a rollback, and waits too. Credentials that came back with an old
    // office.db are paused, and webhooks say from when on they tell anew; 0: neither.
    R"sql(
ALTER TABLE held ADD COLUMN salt BLOB NOT NULL DEFAULT x'';
ALTER TABLE held ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE held ADD COLUMN hides INTEGER NOT NULL DEFAULT -1;
UPDATE held SET salt = randomblob(16) WHERE state IN (1, 2, 6);
CREATE INDEX held_kept ON held (id) WHERE kept = 1 AND state IN (1, 6);
CREATE INDEX held_to_keep ON held (due_at_ms) WHERE state = 1 AND kept = 0;
CREATE INDEX held_set_aside ON held (id) WHERE state = 7;
CREATE INDEX held_hides ON held (hides) WHERE hides >= 0 AND kept = 1 AND state IN (1, 2, 6, 7);
DROP TRIGGER held_added;
DROP TRIGGER held_moved;
DROP TRIGGER held_gone;
CREATE TRIGGER held_added AFTER INSERT ON held WHEN new.state IN (1, 2, 6, 7) BEGIN
  INSERT OR IGNORE INTO waiting VALUES (new.user, 0);
  UPDATE waiting SET count = count + 1 WHERE user = new.user;
  UPDATE setting SET value = value + 1 WHERE key = 'held_waiting';
END;
CREATE TRIGGER held_moved AFTER UPDATE OF state ON held
WHEN (new.state IN (1, 2, 6, 7)) <> (old.state IN (1, 2, 6, 7)) BEGIN
  INSERT OR IGNORE INTO waiting VALUES (new.user, 0);
  UPDATE waiting SET count = count + iif(new.state IN (1, 2, 6, 7), 1, -1) WHERE user = new.user;
  UPDATE setting SET value = value + iif(new.state IN (1, 2, 6, 7), 1, -1) WHERE key = 'held_waiting';
END;
CREATE TRIGGER held_gone AFTER DELETE ON held WHEN old.state IN (1, 2, 6, 7) BEGIN
  UPDATE waiting SET count = count - 1 WHERE user = old.user;
  UPDATE setting SET value = value - 1 WHERE key = 'held_waiting';
END;
CREATE TRIGGER held_given AFTER UPDATE OF user ON held
WHEN new.user <> old.user AND old.state IN (1, 2, 6, 7) BEGIN
  INSERT OR IGNORE INTO waiting VALUES (new.user, 0);
  UPDATE waiting SET count = count - 1 WHERE user = old.user;
  UPDATE waiting SET count = count + 1 WHERE user = new.user;
END;
ALTER TABLE credential ADD COLUMN paused_at_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX credential_paused ON credential (paused_at_ms) WHERE paused_at_ms > 0;
)sql",
    // Which arrival a message tells of; 0: of an older version. So it is known that its record is void, and
    // another one stands in its place.
    R"sql(
ALTER TABLE delivery ADD COLUMN arrival INTEGER NOT NULL DEFAULT 0;
)sql",
    // What the refs of a note that waits meant: what they point to may become void, and others take its
    // place.
    R"sql(
ALTER TABLE draft ADD COLUMN meant BLOB NOT NULL DEFAULT x'';
ALTER TABLE held ADD COLUMN meant BLOB NOT NULL DEFAULT x'';
)sql",
    // After how many recoveries of its log the record of a message was signed: its name says so. NULL: it
    // waits since an older version.
    R"sql(
ALTER TABLE delivery ADD COLUMN recoveries INTEGER;
)sql",
    // Where the caller of a change was; empty: of an older version.
    R"sql(
ALTER TABLE audit ADD COLUMN sender TEXT NOT NULL DEFAULT '';
)sql",
    // Whether practices of others would work here, as each office sees it: one worksheet for each practice.
    // `leaf` says which entry is meant: it may become void, and another one take its place.
    R"sql(
CREATE TABLE worksheet (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, leaf BLOB NOT NULL, office TEXT NOT NULL,
  answers TEXT NOT NULL, version INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL, user INTEGER NOT NULL,
  UNIQUE (log_id, entry_index, office));
CREATE INDEX worksheet_by_office ON worksheet (office, updated_at_ms);
CREATE INDEX worksheet_by_change ON worksheet (updated_at_ms);
CREATE INDEX worksheet_by_user ON worksheet (user);
)sql",
    // About which adoptions the office was asked by mail how they go: by our first word on each, and when it
    // was due.
    R"sql(
CREATE TABLE follow_up (log_id BLOB NOT NULL, entry_index INTEGER NOT NULL, due_at_ms INTEGER NOT NULL,
  PRIMARY KEY (log_id, entry_index, due_at_ms)) WITHOUT ROWID;
CREATE INDEX follow_up_by_due ON follow_up (due_at_ms);
)sql",
    // The epoch in which places in the arrivals count has a table of its own: a server's settings are
    // numbers.
    R"sql(
CREATE TABLE places_epoch (one INTEGER PRIMARY KEY CHECK (one = 1), epoch BLOB NOT NULL);
INSERT INTO places_epoch SELECT 1, value FROM setting WHERE key = 'arrivals_epoch';
DELETE FROM setting WHERE key = 'arrivals_epoch';
)sql"};

}  // namespace

const sqlite::SchemaSteps& office_schema() {
  static constexpr sqlite::SchemaSteps kSchema{"office.db", kSteps};
  return kSchema;
}

}  // namespace koinon
