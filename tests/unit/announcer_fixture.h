// What is due to whom, by a clock of the test's own: an office with an account, a store and its index, and
// Los Angeles, which writes. Nothing is sent.
#pragma once

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/api/record_json.h"
#include "node/delivery/announcer.h"
#include "node/delivery/composer.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

class Announcing : public testing::Test {
 protected:
  static constexpr std::int64_t kMinute = 60'000;
  static constexpr std::int64_t kHour = 60 * kMinute;
  static constexpr std::int64_t kDay = 24 * kHour;

  // The parts of a mail as they are read, headers before them.
  static std::string readable(const std::string& mail) {
    std::string out = mail.substr(0, mail.find("\r\n\r\n"));
    constexpr std::string_view kPart = "base64\r\n\r\n";
    for (auto at = mail.find(kPart); at != std::string::npos; at = mail.find(kPart, at + 1)) {
      std::string part = mail.substr(at + kPart.size(), mail.find("--=_", at) - at - kPart.size());
      std::erase(part, '\r');
      std::erase(part, '\n');
      out += from_base64(part).ok() ? *from_base64(part) : "unreadable";
    }
    return out;
  }

  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    index = std::move(*open_index_reader(folder.path() / "index.db"));
    office = std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
    accounts = std::make_unique<Accounts>(*office);
    outbox = std::make_unique<Outbox>(*office);
    restart();
    User press;
    press.name = "press";
    press.email = "press@seoul.example";
    press.mail_at_once = true;
    user = *accounts->add(press);
    turn();  // nobody is told of what was there before
  }

  // Another life of the node: nothing of it is in memory.
  void restart(bool mail = true) {
    announcer = std::make_unique<Announcer>(
        AnnouncerOptions{seoul.id(), "seoul.example", mail, 6},
        Announcer::Parts{
            *store, *index, *accounts, *outbox, {[this] { return now; }, [] { return MonoTime{}; }}});
  }

  void turn() {
    for (bool more = true; more;) {
      const auto done = announcer->turn();
      ASSERT_TRUE(done.ok()) << done.error().text();
      more = *done;
    }
  }

  // Los Angeles says so much, to Seoul's office or to everybody. The index has it.
  std::vector<EntryIndex> say(std::size_t count, bool to_us, const std::string& topic = "health") {
    std::vector<EntryIndex> out;
    EXPECT_TRUE(store->begin(false).ok());
    std::vector<DraftMaker> makers;
    for (std::size_t i = 0; i < count; ++i)
      makers.emplace_back([&, title = "Note " + std::to_string(said_++)](StoreReader&) -> Result<Draft> {
        Draft draft = note(title);
        draft.entry.set_topics(0, topic);
        if (to_us) draft.entry.add_to(seoul.id().bytes());
        return draft;
      });
    const auto batch = la.publish(*store, makers, now);
    EXPECT_TRUE(batch.ok());
    for (const auto& result : batch->results) out.push_back(result->index);
    EXPECT_TRUE(store->commit().ok());
    catch_up();
    return out;
  }
  // A note of another city to Seoul's office, whose entry comes without its text.
  BodiesCommit say_entry_alone(OwnLog& city) {
    MemoryStore there{MemoryStore::Options{}};
    Draft draft = note("Apart");
    draft.entry.add_to(seoul.id().bytes());
    const auto published = publish(there, city, draft);
    EXPECT_TRUE(published.ok());
    StoredRecord record = *there.record(city.id(), *published);
    BodiesCommit late{city.id(), {{*published, std::move(record.body), false}}, now, {}};
    record.body.clear();
    record.state = BodyState::kNotHeld;
    RunCommit run;
    run.identity = city.identity();
    run.log = city.id();
    run.leaves = {leaf_hash(record.entry)};
    run.records = {std::move(record)};
    run.after = there.log_state(city.id())->range;
    run.head = *there.log_state(city.id())->whole;
    run.arrived_at = now;
    change([&] { return store->append_run(run).ok(); });
    return late;
  }
  void text_comes(const BodiesCommit& late) {
    change([&] { return store->add_bodies(late).ok(); });
  }
  template <typename Act>
  void change(Act act) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(act());
    ASSERT_TRUE(store->commit().ok());
  }
  void erase(EntryIndex gone) {
    ASSERT_TRUE(publish(*store, la, erasure_of(la.id(), gone.value)).ok());
    catch_up();
  }
  EntryIndex publish_of(OwnLog& log, Draft draft) {
    EXPECT_TRUE(store->begin(false).ok());
    draft.again = true;
    const auto batch = log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return draft; }}, now);
    EXPECT_TRUE(batch.ok() && batch->results.front().ok());
    EXPECT_TRUE(store->commit().ok());
    catch_up();
    return batch->results.front()->index;
  }
  void catch_up() {
    while (*writer->catch_up(*store) > 0) {
    }
  }

  // Mails that wait, oldest first.
  std::vector<Mail> mails() { return *outbox->due_mail({INT64_MAX}, 10'000); }
  std::string text_of(const Mail& mail) {
    Composer composer({"seoul.example", "https://notes.seoul.example", "koinon@seoul.example"}, *store,
                      *index, nearness, told_json);
    const auto text = composer.message(mail, now);
    return text.ok() && *text ? readable(**text) : "nothing";
  }

  TemporaryFolder folder;
  OwnLog seoul = test_log("seoul.example");
  OwnLog la = test_log("la.example");
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<IndexReader> index;
  std::unique_ptr<OfficeDb> office;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Outbox> outbox;
  Nearness nearness;
  std::unique_ptr<Announcer> announcer;
  UserId user;
  UnixMillis now{20'000 * kDay};

 private:
  std::size_t said_ = 100;  // titles of one length, so that none is in another
};

}  // namespace koinon::test
