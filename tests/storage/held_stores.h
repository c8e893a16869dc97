// The three databases of a node, with so much of each thing as a test asks for.
#pragma once

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/office/accounts.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

struct Size {
  std::size_t notes = 1000;  // of one city
  std::size_t cities = 20;
  std::size_t revisions = 5;   // of one note
  std::size_t adoptions = 5;   // of one note, by another city
  std::size_t erased = 5;      // of one city
  std::size_t gone = 5;        // revisions of one note that were taken back; as many of another kind
  std::size_t held = 10;       // requests of one account that were settled
  std::size_t scheduled = 10;  // notes that wait for their time
  std::size_t drafts = 10;     // of somebody else
  std::size_t sent = 10;       // mails and deliveries
  std::size_t waiting = 10;    // deliveries and mails that were not tried yet
  std::size_t watched = 10;    // records, by somebody else
  std::size_t digests = 5;     // that are due another time
  std::size_t credentials = 20;
  std::size_t relayed = 10;  // bodies of a third city, held for peers
  std::size_t files = 5;     // of that city, wanted
};

inline v1::Ref* refer(Draft& draft, v1::RefRole role, const StoredRecord& to, const LogId& log) {
  auto* ref = draft.entry.add_refs();
  ref->set_role(role);
  ref->set_log_id(log.bytes());
  ref->set_index(to.index.value);
  ref->set_leaf_hash(leaf_hash(to.entry).bytes());
  return ref;
}

inline AttachmentId file_of(std::size_t number) {
  return {sha256("file " + std::to_string(number)), 1, sha256("root")};
}

inline Draft withdrawal(const OwnLog& log, const StoredRecord& of, bool erase) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  refer(draft, v1::REF_ROLE_WITHDRAWS, of, log.id());
  draft.entry.mutable_control()->mutable_withdrawal()->set_index(of.index.value);
  draft.entry.mutable_control()->mutable_withdrawal()->set_erase(erase);
  return draft;
}

inline Draft again(Draft draft) {
  draft.again = true;
  return draft;
}

// The three databases of a node.
class Held {
 public:
  explicit Held(const Size& size) {
    EXPECT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    fill_logs(size);
    fill_relayed(size);
    writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    catch_up();
    index = std::move(*open_index_reader(folder.path() / "index.db"));
    office = std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
    fill_office(size);
  }

  void say(OwnLog& log, std::size_t count, const std::function<Draft(std::size_t, StoreReader&)>& make) {
    constexpr std::size_t kBatch = 500;
    for (std::size_t begin = 0; begin < count; begin += kBatch) {
      std::vector<DraftMaker> makers;
      for (std::size_t i = begin; i < std::min(count, begin + kBatch); ++i)
        makers.emplace_back([&, i](StoreReader& reader) -> Result<Draft> {
          Draft draft = make(i, reader);
          draft.again = true;
          return draft;
        });
      ASSERT_TRUE(store->begin(false).ok());
      const auto batch = log.publish(*store, makers, {1'700'000'000'000});
      ASSERT_TRUE(batch.ok());
      for (const auto& result : batch->results) ASSERT_TRUE(result.ok()) << result.error().text();
      ASSERT_TRUE(store->commit().ok());
    }
  }
  Status want(std::size_t file) {
    return store->want_attachment({far.id(), EntryIndex(0), file_of(file), AttachmentWish::kByPolicy, 0},
                                  {5});
  }
  // So many cities and our own cosign the newest head of a log.
  Status cosign(const LogId& log, std::size_t cities) {
    KOINON_ASSIGN(const LogState state, store->log_state(log));
    CosignedHead head{0, *state.whole, {1}, {}};
    for (std::size_t i = 0; i < cities; ++i) {
      const std::string name = "city-" + std::to_string(i) + ".example";
      const NoteSignature line{name, static_cast<std::uint32_t>(i), Bytes(72, 's')};
      head.lines.push_back({LogId::from(sha256(name).view()), line, 1'800, 1});
    }
    KOINON_TRY(store->begin(false));
    KOINON_TRY(store->keep_cosigned(log, head, {1}));
    KOINON_TRY(store->note_cosigned(log, {0, head.head.size, head.head.root}));
    return store->commit();
  }
  void catch_up() {
    while (*writer->catch_up(*store) > 0) {
    }
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<IndexReader> index;
  std::unique_ptr<OfficeDb> office;
  OwnLog city = test_log("seoul.example");
  OwnLog other = test_log("la.example");
  OwnLog far = test_log("milan.example");
  EntryIndex popular;       // of the city: revised and adopted
  std::size_t removed = 0;  // cities that came and went
  UserId user;

 private:
  void fill_logs(const Size& size) {
    say(city, 1, [](std::size_t, StoreReader&) {
      Draft draft = note("");
      draft.entry.set_kind(v1::KIND_PROFILE);
      draft.body->mutable_profile()->set_display_name("Seoul");
      return draft;
    });
    const auto of_city = [this](StoreReader& reader, std::uint64_t at) {
      return *reader.record(city.id(), EntryIndex(at));
    };
    say(city, size.notes, [](std::size_t i, StoreReader&) { return note("Note " + std::to_string(i)); });
    popular = EntryIndex(size.notes);
    say(city, size.revisions, [&](std::size_t i, StoreReader& reader) {
      Draft draft = note("Revised " + std::to_string(i));
      refer(draft, v1::REF_ROLE_REVISES, of_city(reader, popular.value), city.id());
      return draft;
    });
    say(city, size.erased,
        [&](std::size_t i, StoreReader& reader) { return withdrawal(city, of_city(reader, i + 1), true); });
    const std::uint64_t first = 1 + size.notes + size.revisions + size.erased;
    say(city, size.gone, [&](std::size_t i, StoreReader& reader) {
      Draft draft = note("Not for long " + std::to_string(i));
      refer(draft, v1::REF_ROLE_REVISES, of_city(reader, popular.value), city.id());
      return draft;
    });
    say(city, size.gone, [&](std::size_t i, StoreReader& reader) {
      return withdrawal(city, of_city(reader, first + i), false);
    });
    say(city, size.gone, [&](std::size_t i, StoreReader& reader) {
      Draft draft = note("Not the same kind " + std::to_string(i));
      draft.entry.set_kind(v1::KIND_QUESTION);
      refer(draft, v1::REF_ROLE_REVISES, of_city(reader, popular.value), city.id());
      return draft;
    });
    say(other, size.adoptions, [&](std::size_t, StoreReader& reader) {
      Draft draft = note("");
      draft.entry.set_kind(v1::KIND_ADOPTION);
      draft.body->mutable_adoption()->set_stage("running");
      refer(draft, v1::REF_ROLE_ADOPTS, of_city(reader, popular.value), city.id());
      return draft;
    });
    say(other, 1, [](std::size_t, StoreReader&) { return note("Uncommon"); });
    for (std::size_t i = 0; i < size.cities; ++i) {
      OwnLog log = test_log("city-" + std::to_string(i) + ".example");
      say(log, 1, [](std::size_t, StoreReader&) { return note("Said once"); });
      ASSERT_TRUE(cosign(log.id(), 3).ok());
    }
  }

  void fill_relayed(const Size& size) {
    const auto author =
        std::move(*open_sqlite_store(folder.path() / "author.db", with_epochs(unkeyed_epochs())));
    RunCommit run;
    BodiesCommit bodies{far.id(), {}, {5}, {}};
    for (std::size_t i = 0; i < size.relayed; ++i) {
      const auto at = publish(*author, far, note("Far away " + std::to_string(i)));
      ASSERT_TRUE(at.ok());
      StoredRecord record = *author->record(far.id(), *at);
      run.leaves.push_back(leaf_hash(record.entry));
      bodies.bodies.push_back({*at, std::exchange(record.body, {}), true});
      record.state = BodyState::kNotAsked;
      run.records.push_back(std::move(record));
    }
    run.identity = far.identity();
    run.log = far.id();
    run.after = author->log_state(far.id())->range;
    run.head = *author->log_state(far.id())->whole;
    for (std::size_t i = 0; i < size.files; ++i) bodies.attachments.push_back({EntryIndex(0), file_of(i)});
    ASSERT_TRUE(store->begin(false).ok());
    ASSERT_TRUE(store->append_run(run).ok());
    ASSERT_TRUE(store->add_bodies(bodies).ok());
    for (std::size_t i = 0; i < size.files; ++i) ASSERT_TRUE(want(i).ok());
    ASSERT_TRUE(store->commit().ok());
  }

  void fill_office(const Size& size) {
    Accounts accounts(*office);
    Desk desk(*office);
    Outbox outbox(*office);
    const auto account = [&](const std::string& name) {
      User made;
      made.name = name;
      made.role = Role::kOperator;
      return *accounts.add(made);
    };
    user = account("press");
    const UserId somebody = account("it");
    ASSERT_TRUE(
        office
            ->transact([&]() -> Status {
              for (std::size_t i = 0; i < size.held; ++i) {
                HeldNote held;
                held.user = user;
                held.state = HeldState::kWaiting;
                KOINON_ASSIGN(const HeldId id, desk.hold(held));
                KOINON_TRY(desk.settle(id, HeldState::kWaiting, HeldState::kSigned, "x", {9}));
              }
              for (std::size_t i = 0; i < size.scheduled; ++i) {
                HeldNote held;
                held.user = somebody;
                held.due_at = {900'000};
                KOINON_TRY(desk.hold(held));
              }
              for (std::size_t i = 0; i < size.drafts; ++i)
                KOINON_TRY(desk.add_draft(somebody, "{}", {static_cast<std::int64_t>(i)}));
              for (std::size_t i = 0; i < size.watched; ++i)
                KOINON_TRY(desk.watch(somebody, {city.id(), EntryIndex(i), "remark", {1}}));
              for (std::size_t i = 0; i < size.digests; ++i)
                KOINON_TRY(outbox.put_digest({somebody, "topic-" + std::to_string(i), 1, {1'000'000}, {}}));
              for (std::size_t i = 0; i < size.credentials; ++i) {
                Credential credential;
                credential.kind = CredentialKind::kUnsubscribe;
                credential.user = somebody;
                credential.expires_at = {1'000'000};
                KOINON_TRY(accounts.issue(credential));
              }
              return {};
            })
            .ok());
    std::vector<Mail> mails(size.sent);
    for (Mail& mail : mails) mail.next_at = {900'000};
    ASSERT_TRUE(outbox.queue_mail({.mails = mails}).ok());
    const auto queued = outbox.due_mail({900'000}, size.sent);
    for (Mail mail : *queued) {
      mail.state = SendState::kSent;
      ASSERT_TRUE(outbox.settle(mail).ok());
    }
    Webhook hook;
    hook.url = "https://x.example";
    hook.secret = Bytes(32, 's');
    const auto id = outbox.add_webhook(hook);
    std::vector<Delivery> deliveries(size.sent);
    for (Delivery& delivery : deliveries) delivery.next_at = {900'000};
    ASSERT_TRUE(outbox.queue_deliveries(*id, deliveries, ArrivalSeq(1)).ok());
    const auto posted = outbox.due_deliveries(*id, {900'000}, size.sent);
    for (Delivery delivery : *posted) {
      delivery.state = SendState::kSent;
      ASSERT_TRUE(outbox.settle(delivery).ok());
    }
    const auto other_hook = outbox.add_webhook(hook);
    deliveries.assign(size.waiting, {});
    for (Delivery& delivery : deliveries) delivery.next_at = {900'000};
    ASSERT_TRUE(outbox.queue_deliveries(*other_hook, deliveries, ArrivalSeq(1)).ok());
    mails.assign(size.waiting, {});
    for (Mail& mail : mails) mail.next_at = {900'000};
    ASSERT_TRUE(outbox.queue_mail({.mails = mails}).ok());
  }
};

}  // namespace koinon::test
