// Every change of the store is whole: one that fails in its middle leaves nothing, and those before it stand.
// A change outside a transaction is refused.
#include <functional>

#include <gtest/gtest.h>

#include "node/replication/execute.h"
#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"
#include "storage/sqlite/sqlite.h"
#include "tests/storage/held_log.h"

namespace koinon::test::changes_test {
namespace {

template <typename T>
Status done(const Result<T>& result) {
  return result.ok() ? Status() : Status(result.error());
}

struct NamedChange {
  std::string name;
  std::function<Status(Store&)> apply;
};

// What a store holds of another city before the change, and every change that the interface has.
struct Held {
  Held() {
    for (const char* title : {"held", "lacked", "for peers"}) far.say(note(title));
    first_body = far.body(0);
    far.say(erasure_of(far.log.id(), 0));
    peer.node_key = NodeKey::from(Bytes(32, 'p'));
    peer.log = far.log.id();
    other.node_key = NodeKey::from(Bytes(32, 'o'));
    invite = {NodeKey::from(Bytes(32, 'i')), "", {100}};
  }
  RunCommit run() {
    RunCommit out = far.run(0, 3, BodyState::kNotHeld);
    out.records[0].body = first_body;
    out.records[0].state = BodyState::kHeld;
    out.records[2].state = BodyState::kNotAsked;
    out.attachments = {{EntryIndex(0), wanted.id}, {EntryIndex(0), unwanted.id}};
    return out;
  }
  RunCommit next_run() {
    RunCommit out = far.run(3, 4, BodyState::kNotHeld);
    const OwnLog milan = test_log("milan.example");
    out.vouches = {
        {id(), EntryIndex(3), milan.id(), "milan.example", milan.identity().vkey().text(), {0}, false}};
    return out;
  }
  CosignedHead head(std::uint64_t size) {
    const StoredHead signed_head = far.run(0, size, BodyState::kNotHeld).head;
    const CosignatureLine line{other_log, {"milan.example", 7, Bytes(72, 's')}, 1'800, 1};
    return {0, signed_head, {5}, {line}};
  }
  BodiesCommit bodies(std::uint64_t index, bool transit) {
    return {id(), {{EntryIndex(index), far.body(index), transit}}, {9}, {}, {{EntryIndex(index), ours.id}}};
  }
  LogId id() const { return far.log.id(); }

  void fill(Store& store) {
    ASSERT_TRUE(store.begin(true).ok());
    ASSERT_TRUE(store.append_run(run()).ok());
    ASSERT_TRUE(store.keep_cosigned(id(), head(2), {5}).ok());
    ASSERT_TRUE(store.put_peer(peer).ok());
    ASSERT_TRUE(store.set_asks({{peer.node_key, id()}}, true).ok());
    ASSERT_TRUE(store.put_invite(invite).ok());
    const Status want =
        store.want_attachment({id(), EntryIndex(0), wanted.id, AttachmentWish::kByHand, 0}, {5});
    ASSERT_TRUE(want.ok()) << want.error().text();
    ASSERT_TRUE(store.put_attachment(uploaded, {5}).ok());
    ASSERT_TRUE(store.add_evidence({frozen, "two heads", {5}}).ok());
    ASSERT_TRUE(store.set_setting("before", "x").ok());
    ASSERT_TRUE(store.set_setting("after", "x").ok());
    ASSERT_TRUE(store.commit().ok());
  }

  std::vector<NamedChange> changes() {
    BodyFilter nothing;
    nothing.all = false;
    nothing.topics = {"nothing"};
    const Epoch epoch = Epoch::from(Bytes(Epoch::kSize, 'j'));
    const std::vector<HeadAsk> asks = {{other.node_key, id()}, {peer.node_key, test_log("la.example").id()}};
    const ChunkCommit chunk{id(), EntryIndex(0), wanted.id, AttachmentWish::kByHand, wanted.chunks[0], {6}};
    const AttachmentWant want{id(), EntryIndex(0), unwanted.id, AttachmentWish::kByHand, 0};
    return {
        {"append_run", [this](Store& s) { return done(s.append_run(next_run())); }},
        {"add_bodies", [this](Store& s) { return s.add_bodies(bodies(1, false)); }},
        {"add_bodies for peers", [this](Store& s) { return s.add_bodies(bodies(2, true)); }},
        {"apply_filter",
         [this, nothing](Store& s) { return done(s.apply_filter(id(), nothing, {9}, EntryIndex(0), 9)); }},
        {"remove_log", [this](Store& s) { return s.remove_log(id(), {9}); }},
        {"put_attachment", [this](Store& s) { return s.put_attachment(ours, {9}); }},
        {"keep_uploads", [this](Store& s) { return s.keep_uploads({uploaded.id.sha256}, {9}); }},
        {"want_attachment", [want](Store& s) { return s.want_attachment(want, {9}); }},
        {"add_chunk", [chunk](Store& s) { return done(s.add_chunk(chunk)); }},
        {"finish_attachment", [this](Store& s) { return s.finish_attachment(wanted.id, false); }},
        {"drop_attachment", [this](Store& s) { return s.drop_attachment(wanted.id); }},
        {"begin_epoch", [epoch](Store& s) { return s.begin_epoch(epoch); }},
        {"set_epoch_handled", [](Store& s) { return s.set_epoch_handled(7); }},
        {"set_cursor",
         [this, epoch](Store& s) {
           return s.set_cursor({peer.node_key, epoch, JournalSeq(3)});
         }},
        {"add_evidence",
         [this](Store& s) {
           return done(s.add_evidence({id(), "two heads", {9}}));
         }},
        {"thaw",
         [this](Store& s) {
           return s.thaw({frozen, "ana", {9}});
         }},
        {"set_out_of_policy",
         [this](Store& s) { return s.set_out_of_policy(id(), {9}, std::chrono::milliseconds(1)); }},
        {"readmit", [this](Store& s) { return done(s.readmit(id())); }},
        {"keep_cosigned", [this](Store& s) { return done(s.keep_cosigned(id(), head(3), {5})); }},
        {"keep_cosigned of later",
         [this](Store& s) { return done(s.keep_cosigned(id(), head(3), {5'000'000})); }},
        {"note_cosigned",
         [this](Store& s) {
           return s.note_cosigned(id(), {0, TreeSize(3), head(3).head.root});
         }},
        {"renew_row", [this](Store& s) { return done(s.renew_row(id())); }},
        {"set_asks", [asks](Store& s) { return s.set_asks(asks, true); }},
        {"set_blocked", [this](Store& s) { return s.set_blocked(id(), true); }},
        {"put_peer", [this](Store& s) { return s.put_peer(other); }},
        {"remove_peer", [this](Store& s) { return s.remove_peer(peer.node_key); }},
        {"put_invite",
         [this](Store& s) {
           return s.put_invite({NodeKey::from(Bytes(32, 'n')), "", invite.expires_at});
         }},
        {"remove_invite", [this](Store& s) { return s.remove_invite(invite.key); }},
        {"set_own_log", [this](Store& s) { return s.set_own_log(id()); }},
        {"set_instance_token", [](Store& s) { return s.set_instance_token("token"); }},
        {"set_setting", [](Store& s) { return s.set_setting("theme", "dark"); }},
    };
  }

  Author far{"la.example"};
  Bytes first_body;  // its author erases it
  LogId other_log = test_log("milan.example").id();
  LogId frozen = LogId::from(Bytes(32, 'f'));  // of which nothing is held
  PeerRecord peer;
  PeerRecord other;
  InviteRecord invite;
  CutAttachment wanted = *cut_attachment("a file that is wanted");
  CutAttachment unwanted = *cut_attachment("a file that nobody wants");
  CutAttachment ours = *cut_attachment("a file of our own");
  CutAttachment uploaded = *cut_attachment("a file of our own, of a draft");
};

class Changes : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    held = std::make_unique<Held>();
  }
  std::unique_ptr<Held> held;
};

// A store of which somebody else's connection makes the n-th write of a transaction fail.
class FusedStore {
 public:
  explicit FusedStore(Held& held) {
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    held.fill(*store);
    db = std::move(*sqlite::Connection::open(folder.path() / "store.db", {}));
    std::vector<std::string> tables = names_of_tables();
    EXPECT_TRUE(
        db.execute("CREATE TABLE fuse (lives INTEGER NOT NULL); INSERT INTO fuse VALUES (1000000)").ok());
    for (const std::string& table : tables) {
      for (const char* write : {"INSERT", "UPDATE", "DELETE"}) fuse(table, write);
    }
  }
  // How many writes succeed from now on.
  void set_lives(int lives) {
    EXPECT_TRUE(db.execute("UPDATE fuse SET lives = " + std::to_string(lives)).ok());
  }
  // Everything that the store holds.
  std::string contents() {
    std::string out;
    for (const std::string& table : names_of_tables()) {
      if (table == "fuse") continue;
      std::string columns;
      auto select = db.prepare("SELECT name FROM pragma_table_info(?)");
      select.bind_text(table);
      while (*select.step())
        columns += (columns.empty() ? "quote(" : " || ',' || quote(") + select.text(0) + ")";
      auto rows = db.prepare("SELECT " + columns + " FROM " + table);
      while (*rows.step()) out += table + ": " + rows.text(0) + "\n";
    }
    return out;
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  sqlite::Connection db;

 private:
  std::vector<std::string> names_of_tables() {
    std::vector<std::string> out;
    auto select = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    while (*select.step()) out.push_back(select.text(0));
    return out;
  }
  void fuse(const std::string& table, const std::string& write) {
    // The settings beside the change always succeed.
    const std::string when = table == "meta" ? std::string("WHEN ") + (write == "DELETE" ? "old" : "new") +
                                                   ".key NOT IN ('setting.before', 'setting.after') "
                                             : std::string();
    const Status made = db.execute(
        "CREATE TRIGGER fuse_" + write + "_" + table + " BEFORE " + write + " ON " + table + " " + when +
        "BEGIN SELECT RAISE(ABORT, 'the fuse') WHERE (SELECT lives FROM fuse) <= 0; "
        "UPDATE fuse SET lives = lives - 1; END");
    EXPECT_TRUE(made.ok()) << made.error().text();
  }
};

TEST_F(Changes, OneThatFailsAtAnyOfItsWritesLeavesNothingAndTheOthersStand) {
  FusedStore fused(*held);
  Store& store = *fused.store;
  const std::string before = fused.contents();
  for (const NamedChange& change : held->changes()) {
    int lives = 0;
    for (bool succeeded = false; !succeeded; ++lives) {
      ASSERT_LT(lives, 200) << change.name;
      fused.set_lives(lives);
      ASSERT_TRUE(store.begin(true).ok());
      ASSERT_TRUE(store.set_setting("before", "changed").ok());
      const Status status = change.apply(store);
      succeeded = status.ok();
      if (succeeded) {
        store.rollback();
        continue;
      }
      EXPECT_NE(status.error().message.find("the fuse"), std::string::npos)
          << change.name << ": " << status.error().text();
      ASSERT_TRUE(store.set_setting("after", "changed").ok());
      ASSERT_TRUE(store.commit().ok());
      EXPECT_EQ(*store.setting("before"), "changed") << change.name;
      EXPECT_EQ(*store.setting("after"), "changed") << change.name;
      ASSERT_TRUE(store.begin(true).ok());
      ASSERT_TRUE(store.set_setting("before", "x").ok());
      ASSERT_TRUE(store.set_setting("after", "x").ok());
      ASSERT_TRUE(store.commit().ok());
      EXPECT_EQ(fused.contents(), before) << change.name << " failed at write " << lives;
    }
    EXPECT_GT(lives, 1) << change.name << " writes nothing, so that nothing was tried";
  }
}

// A run, and how far it brings the peer that sent it, are two changes.
TEST_F(Changes, AnIntentThatIsAnsweredAsFailedHasStoredNothing) {
  FusedStore fused(*held);
  const std::string before = fused.contents();
  CommitRun commit;
  commit.run = held->next_run();
  commit.cursor = PeerCursor{held->peer.node_key, Epoch::from(Bytes(Epoch::kSize, 'j')), JournalSeq(3)};
  std::vector<Intent> intents;
  intents.push_back({IntentId(1), commit});
  int lives = 0;
  for (bool succeeded = false; !succeeded; ++lives) {
    ASSERT_LT(lives, 200);
    fused.set_lives(lives);
    const auto answered = execute_writes(*fused.store, intents, true);
    succeeded = answered.front().answer.ok();
    if (!succeeded) EXPECT_EQ(fused.contents(), before) << "failed at write " << lives;
  }
  EXPECT_GT(lives, 2);
  EXPECT_EQ(fused.store->log_state(held->id())->range.size(), TreeSize(4));
  EXPECT_EQ(fused.store->peers()->front().cursor, JournalSeq(3));
}

TEST_F(Changes, ManyAsOneFailTogetherAndLeaveWhatWasBefore) {
  TemporaryFolder folder;
  const auto on_disk =
      std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  MemoryStore in_memory{MemoryStore::Options{}};
  for (Store* store : {on_disk.get(), static_cast<Store*>(&in_memory)}) {
    held->fill(*store);
    const auto both = [&](const std::string& value, const Status& end) {
      return store->as_one([&]() -> Status {
        KOINON_TRY(store->set_setting("before", value));
        KOINON_TRY(store->append_run(held->next_run()));
        return end;
      });
    };
    EXPECT_EQ(both("outside", {}).error().code, Code::kInternal);
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(store->set_setting("after", "y").ok());
    EXPECT_EQ(both("failed", fail(Code::kConflict, "at the end", "test")).error().code, Code::kConflict);
    EXPECT_EQ(*store->setting("before"), "x");
    EXPECT_EQ(store->log_state(held->id())->range.size(), TreeSize(3));
    EXPECT_TRUE(both("made", {}).ok());
    ASSERT_TRUE(store->commit().ok());
    EXPECT_EQ(*store->setting("before"), "made");
    EXPECT_EQ(*store->setting("after"), "y");
    EXPECT_EQ(store->log_state(held->id())->range.size(), TreeSize(4));
  }
}

TEST_F(Changes, OutsideBeginAndCommitEachIsRefusedByEveryStore) {
  TemporaryFolder folder;
  const auto on_disk =
      std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  MemoryStore in_memory{MemoryStore::Options{}};
  for (Store* store : {on_disk.get(), static_cast<Store*>(&in_memory)}) {
    held->fill(*store);
    for (const NamedChange& change : held->changes()) {
      const Status status = change.apply(*store);
      ASSERT_FALSE(status.ok()) << change.name;
      EXPECT_EQ(status.error().code, Code::kInternal) << change.name << ": " << status.error().text();
    }
    EXPECT_EQ(store->commit().error().code, Code::kInternal);
    // Nothing was changed: each of them can still be made.
    for (const NamedChange& change : held->changes()) {
      ASSERT_TRUE(store->begin(true).ok());
      const Status status = change.apply(*store);
      EXPECT_TRUE(status.ok()) << change.name << ": " << status.error().text();
      store->rollback();
    }
  }
}

// A full disk may undo the whole transaction: nothing that comes after the failure may stand without what
// came before it.
TEST_F(Changes, OnAFullDiskATransactionStandsOrFallsAsAWhole) {
  TemporaryFolder folder;
  SqliteStoreOptions options;
  options.max_bytes = limits::kMiB;
  const auto store = std::move(*open_sqlite_store(folder.path() / "store.db", options));
  const CutAttachment large = *cut_attachment(Bytes(3 * limits::kMiB, 'x'));
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->set_setting("before", "x").ok());
  EXPECT_EQ(store->put_attachment(large, {1}).error().code, Code::kDiskFull);
  const bool goes_on = store->set_setting("after", "x").ok();
  EXPECT_EQ(store->commit().ok(), goes_on);
  EXPECT_EQ(store->setting("before")->has_value(), goes_on);
  EXPECT_EQ(store->setting("after")->has_value(), goes_on);
  EXPECT_FALSE(store->attachment_named(large.id.sha256)->has_value());
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->set_setting("later", "x").ok());
  ASSERT_TRUE(store->commit().ok()) << "the next transaction is not concerned";
}

class Rollback : public HeldLog {};
INSTANTIATE_TEST_SUITE_P(Stores, Rollback, all_stores(), store_name);

TEST_P(Rollback, ARolledBackTransactionHasChangedNothing) {
  author.say(note("one"));
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(0, 1, BodyState::kNotHeld, true));
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->append_run(author.run(1, 2, BodyState::kNotHeld)).ok());
  ASSERT_TRUE(store->remove_log(author.log.id(), {8}).ok());
  store->rollback();
  EXPECT_EQ(record(0).body, author.body(0));
  EXPECT_EQ(store->log_state(author.log.id())->range.size(), TreeSize(1));
  EXPECT_EQ(arrivals().size(), 1U);
}

TEST(MemoryUndo, TakesAFailedChangeBackAlone) {
  MemoryUndo undo(64);
  int value = 0;
  const auto add = [&](int more, bool fails) {
    return undo.change([&, more, fails]() -> Status {
      value += more;
      undo.remember([&value, more] { value -= more; });
      if (fails) return fail(Code::kIo, "in the middle", "test");
      return {};
    });
  };
  EXPECT_EQ(add(1, false).error().code, Code::kInternal);
  undo.begin(false);
  EXPECT_TRUE(add(1, false).ok());
  EXPECT_FALSE(add(10, true).ok());
  EXPECT_TRUE(add(100, false).ok());
  EXPECT_TRUE(undo.commit().ok());
  EXPECT_EQ(value, 101);
  undo.lose(1);
  EXPECT_EQ(value, 0);
}

}  // namespace
}  // namespace koinon::test::changes_test
