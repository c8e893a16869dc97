// The office on a disk that runs full or fails at any write (at_every_write.h).
#include "storage/office/accounts.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"
#include "tests/storage/at_every_write.h"

namespace koinon::test::full_disk_office_test {
namespace {

constexpr UserId kPress{1};
constexpr DraftId kDraft{1};
constexpr WebhookId kHook{1};

// A kind of call, and how many of them an office has taken.
struct Kind {
  std::string name;
  std::function<Status(OfficeDb&, int)> act;
  std::function<Result<std::size_t>(OfficeDb&)> count;
};

template <typename T>
Status status_of(const Result<T>& result) {
  return result.ok() ? Status() : Status(result.error());
}

template <typename T>
Result<std::size_t> size_of(const Result<T>& list) {
  if (!list.ok()) return list.error();
  return list->size();
}

Credential token() {
  Credential out;
  out.user = kPress;
  out.label = "a program";
  return out;
}

std::vector<Kind> kinds_of_people() {
  return {
      {"Accounts",
       [](OfficeDb& db, int i) {
         User user;
         user.name = "user" + std::to_string(i);
         return status_of(Accounts(db).add(user));
       },
       [](OfficeDb& db) -> Result<std::size_t> {
         KOINON_ASSIGN(const auto all, Accounts(db).all());
         return all.size() - 1;
       }},
      {"Tokens", [](OfficeDb& db, int) { return status_of(Accounts(db).issue(token())); },
       [](OfficeDb& db) { return size_of(Accounts(db).of_user(kPress, CredentialKind::kToken)); }},
      {"AuditLines",
       [](OfficeDb& db, int i) {
         AuditLine line;
         line.who = "press";
         line.action = "publish";
         line.target = std::to_string(i);
         return Accounts(db).note(line);
       },
       [](OfficeDb& db) { return size_of(Accounts(db).audit(0, 10'000)); }},
  };
}

std::vector<Kind> kinds_of_texts() {
  return {
      {"Drafts", [](OfficeDb& db, int i) { return status_of(Desk(db).add_draft(kPress, "{}", {i + 10})); },
       [](OfficeDb& db) -> Result<std::size_t> {
         KOINON_ASSIGN(const std::size_t all, Desk(db).count_drafts(kPress));
         return all - 1;
       }},
      {"ChangesOfADraft",
       [](OfficeDb& db, int i) {
         return Desk(db).change_draft(kDraft, i + 1, std::string(3000, 'x'), {i + 10}, {});
       },
       [](OfficeDb& db) -> Result<std::size_t> {
         KOINON_ASSIGN(const auto draft, Desk(db).draft(kDraft));
         return static_cast<std::size_t>(draft->version - 1);
       }},
      {"NotesThatWait",
       [](OfficeDb& db, int) {
         HeldNote note;
         note.user = kPress;
         note.who = "press";
         note.request = "{}";
         return status_of(Desk(db).hold(note));
       },
       [](OfficeDb& db) { return Desk(db).count_waiting(std::nullopt); }},
  };
}

std::vector<Kind> kinds_of_messages() {
  return {
      {"DeliveriesAndTheirCursor",
       [](OfficeDb& db, int i) {
         Delivery delivery;
         delivery.message = "msg_" + std::to_string(i);
         return Outbox(db).queue_deliveries(kHook, {delivery, delivery},
                                            ArrivalSeq(static_cast<std::uint64_t>(i) + 1));
       },
       [](OfficeDb& db) -> Result<std::size_t> {
         KOINON_ASSIGN(const auto hooks, Outbox(db).webhooks());
         KOINON_ASSIGN(const std::size_t waiting, Outbox(db).waiting(kHook, 100'000));
         EXPECT_EQ(waiting, 2 * hooks.front().cursor.value);
         return static_cast<std::size_t>(hooks.front().cursor.value);
       }},
      {"Mails", [](OfficeDb& db, int) { return Outbox(db).queue_mail({.mails = std::vector<Mail>(1)}); },
       [](OfficeDb& db) { return size_of(Outbox(db).recent_mail(10'000)); }},
      {"MailsThatWereSent",
       [](OfficeDb& db, int i) -> Status {
         Outbox outbox(db);
         KOINON_ASSIGN(const auto queued, outbox.recent_mail(10'000));
         if (queued.size() == static_cast<std::size_t>(i))
           KOINON_TRY(outbox.queue_mail({.mails = std::vector<Mail>(1)}));
         KOINON_ASSIGN(auto due, outbox.due_mail({50}, 1));
         due.front().state = SendState::kSent;
         return outbox.settle(due.front());
       },
       [](OfficeDb& db) -> Result<std::size_t> {
         KOINON_ASSIGN(const auto all, Outbox(db).recent_mail(10'000));
         return static_cast<std::size_t>(std::count_if(
             all.begin(), all.end(), [](const Mail& mail) { return mail.state == SendState::kSent; }));
       }},
  };
}

std::vector<Kind> all_kinds() {
  std::vector<Kind> out;
  for (const auto& kinds : {kinds_of_people(), kinds_of_texts(), kinds_of_messages()})
    out.insert(out.end(), kinds.begin(), kinds.end());
  return out;
}

class OfficeAtEveryWrite : public AtEveryWrite, public testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    AtEveryWrite::SetUp();
    db = open(node());
    readers = open(node());
    ASSERT_TRUE(db && readers);
    User press;
    press.name = "press";
    ASSERT_EQ(*Accounts(*db).add(press), kPress);
    ASSERT_EQ(*Desk(*db).add_draft(kPress, "{}", {1}), kDraft);
    Webhook hook;
    hook.url = "https://x.example";
    hook.secret = Bytes(32, 's');
    ASSERT_EQ(*Outbox(*db).add_webhook(hook), kHook);
    ASSERT_TRUE(db->connection().execute("PRAGMA wal_autocheckpoint=12").ok());
  }
  void TearDown() override {
    readers.reset();
    db.reset();
  }
  static std::unique_ptr<OfficeDb> open(const std::filesystem::path& at) {
    auto opened = OfficeDb::open(at / "office.db");
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return opened.ok() ? std::make_unique<OfficeDb>(std::move(*opened)) : nullptr;
  }

  std::unique_ptr<OfficeDb> db;
  std::unique_ptr<OfficeDb> readers;  // of another thread
};

TEST_P(OfficeAtEveryWrite, NothingIsLostOrTakenTwice) {
  const Kind& kind = GetParam();
  Calls calls;
  calls.act = [&](int i) { return kind.act(*db, i); };
  calls.is_here = [&](int count) {
    const auto found = kind.count(*readers);
    ASSERT_TRUE(found.ok()) << found.error().text();
    ASSERT_EQ(*found, static_cast<std::size_t>(count));
  };
  calls.survives = [&](int count, const std::filesystem::path& copy) {
    const auto again = open(copy);
    ASSERT_TRUE(again);
    const auto found = kind.count(*again);
    ASSERT_TRUE(found.ok()) << found.error().text();
    ASSERT_GE(*found, static_cast<std::size_t>(count));
    ASSERT_LE(*found, static_cast<std::size_t>(count) + 1);
    auto sound = again->connection().prepare("PRAGMA integrity_check");
    ASSERT_TRUE(*sound.step());
    ASSERT_EQ(sound.text(0), "ok");
  };
  at_every_write(calls);
}

// Else it would be gone after a power loss.
TEST_P(OfficeAtEveryWrite, WhatCannotBeSyncedIsNotAcknowledged) {
  disk.fail_at(1, {EIO, true, FullDisk::Point::kSync});
  EXPECT_FALSE(GetParam().act(*db, 0).ok());
  EXPECT_TRUE(disk.has_failed());
  disk.make_room();
  const Status done = GetParam().act(*db, 0);
  EXPECT_TRUE(done.ok()) << done.error().text();
}

INSTANTIATE_TEST_SUITE_P(Kinds, OfficeAtEveryWrite, testing::ValuesIn(all_kinds()),
                         [](const testing::TestParamInfo<Kind>& info) { return info.param.name; });

}  // namespace
}  // namespace koinon::test::full_disk_office_test
