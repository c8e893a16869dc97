// No operation's cost grows with what is held, unless its answer does: each is measured on a small store and
// on stores of which one thing is thirty times as many, in steps of SQLite's machine and in pages looked at.
#include <gtest/gtest.h>

#include "storage/sqlite/sqlite.h"
#include "tests/storage/held_stores.h"

namespace koinon::test::costs_test {
namespace {

template <typename Value>
Status done(const Result<Value>& result) {
  return result.ok() ? Status() : Status(result.error());
}

struct Operation {
  const char* name;
  std::function<Status(Held&)> run;
};

IndexQuery query_of(Held& held, bool standing, bool log, std::optional<std::string> topic) {
  IndexQuery query;
  query.limit = 5;
  query.standing_notes = standing;
  if (log) query.log = held.city.id();
  query.topic = std::move(topic);
  return query;
}

std::vector<Operation> store_operations() {
  return {
      {"arrivals at the end", [](Held& h) { return done(h.store->arrivals(*h.index->position(), 64)); }},
      {"arrivals from the middle",
       [](Held& h) { return done(h.store->arrivals(ArrivalSeq(h.index->position()->value / 2), 4)); }},
      {"arrival of the newest", [](Held& h) { return done(h.store->arrival_of(h.city.id(), h.popular)); }},
      {"counts", [](Held& h) { return done(h.store->counts()); }},
      {"unheld", [](Held& h) { return done(h.store->unheld(h.city.id(), EntryIndex(0), 5)); }},
      {"lacking", [](Held& h) { return done(h.store->lacking(5)); }},
      {"log state", [](Held& h) { return done(h.store->log_state(h.city.id())); }},
      {"log bytes", [](Held& h) { return done(h.store->log_bytes(h.city.id())); }},
      {"logs named", [](Held& h) { return done(h.store->logs_named("seoul.example", {}, 2)); }},
      {"logs after", [](Held& h) { return done(h.store->logs_after(std::nullopt, 10)); }},
      {"entry", [](Held& h) { return done(h.store->entry(h.city.id(), h.popular)); }},
      {"record", [](Held& h) { return done(h.store->record(h.city.id(), h.popular)); }},
      {"own content", [](Held& h) { return done(h.store->own_content("x")); }},
      {"own log", [](Held& h) { return done(h.store->own_log()); }},
      {"vouched as", [](Held& h) { return done(h.store->vouched_as("nobody.example")); }},
      {"publishing", [](Held& h) { return done(publish(*h.store, h.city, again(note("one more")))); }},
      {"erasing",
       [](Held& h) {
         const auto at = *publish(*h.store, h.city, note("gone soon"));
         return done(publish(*h.store, h.city, withdrawal(h.city, *h.store->record(h.city.id(), at), true)));
       }},
      {"a body for peers",
       [](Held& h) -> Status {
         KOINON_TRY(h.store->begin(false));
         KOINON_TRY(h.store->add_bodies({h.far.id(), {{EntryIndex(0), "once more", true}}, {6}, {}}));
         return h.store->commit();
       }},
      {"a file that is wanted",
       [](Held& h) -> Status {
         KOINON_TRY(h.store->begin(false));
         KOINON_TRY(h.store->drop_attachment(file_of(0)));
         KOINON_TRY(h.want(0));
         h.store->rollback();
         return {};
       }},
      {"heads that were cosigned", [](Held& h) { return done(h.store->cosigned(h.city.id())); }},
      {"what our cosigner signed", [](Held& h) { return done(h.store->last_cosigned(h.city.id())); }},
      {"how much it signed", [](Held& h) { return done(h.store->cosignatures_made()); }},
      {"a head of few lines", [](Held& h) { return h.cosign(h.city.id(), 3); }},
      {"a head of many lines",
       [](Held& h) -> Status {
         KOINON_TRY(publish(*h.store, h.city, again(note("one more head"))));
         return h.cosign(h.city.id(), 15);
       }},
      {"a new row",
       [](Held& h) -> Status {
         KOINON_TRY(h.store->begin(false));
         KOINON_TRY(h.store->renew_row(h.city.id()));
         return h.store->commit();
       }},
      {"indexing what is new", [](Held& h) { return done(h.writer->catch_up(*h.store)); }},
      {"indexing a version and that it is taken back",
       [](Held& h) -> Status {
         Draft draft = again(note("for a moment"));
         refer(draft, v1::REF_ROLE_REVISES, *h.store->record(h.city.id(), h.popular), h.city.id());
         KOINON_ASSIGN(const EntryIndex at, publish(*h.store, h.city, draft));
         KOINON_TRY(h.writer->catch_up(*h.store));
         KOINON_TRY(publish(*h.store, h.city, withdrawal(h.city, *h.store->record(h.city.id(), at), false)));
         return done(h.writer->catch_up(*h.store));
       }},
  };
}

std::vector<Operation> index_operations() {
  std::vector<Operation> out = {
      {"latest of a kind", [](Held& h) { return done(h.index->latest(h.city.id(), v1::KIND_PROFILE)); }},
      {"referring", [](Held& h) { return done(h.index->referring(h.city.id(), h.popular, 5)); }},
      {"the newest in a role",
       [](Held& h) {
         return done(h.index->newest_referring({h.city.id(), h.popular, v1::REF_ROLE_ADOPTS, {}, 5}));
       }},
      {"what one city says of it, where others say much",
       [](Held& h) -> Status {
         for (const v1::RefRole role : {v1::REF_ROLE_ADOPTS, v1::REF_ROLE_REVISES, v1::REF_ROLE_ANSWERS})
           KOINON_TRY(h.index->newest_referring({h.city.id(), h.popular, role, h.far.id(), 5}));
         return {};
       }},
      {"references", [](Held& h) { return done(h.index->references(h.city.id(), h.popular)); }},
      {"addressed", [](Held& h) { return done(h.index->addressed(h.city.id(), {}, 5)); }},
      {"called",
       [](Held& h) {
         return done(h.index->called({"seoul", false, {}, {}, 5}));
       }},
      {"measures", [](Held& h) { return done(h.index->measures(h.city.id())); }},
      {"one of the index", [](Held& h) { return done(h.index->get(h.city.id(), h.popular)); }},
      {"a search when something is new",
       [](Held& h) -> Status {
         KOINON_TRY(publish(*h.store, h.city, again(note("new"))));
         KOINON_TRY(h.writer->catch_up(*h.store));
         return done(h.index->search({}));
       }},
  };
  out.push_back({"indexing what was erased", [](Held& h) -> Status {
                   const auto at = publish(*h.store, h.city, again(note("gone from the index")));
                   KOINON_TRY(at);
                   h.catch_up();
                   Draft draft;
                   draft.entry.set_kind(v1::KIND_WITHDRAWAL);
                   refer(draft, v1::REF_ROLE_WITHDRAWS, *h.store->record(h.city.id(), *at), h.city.id());
                   draft.entry.mutable_control()->mutable_withdrawal()->set_index(at->value);
                   draft.entry.mutable_control()->mutable_withdrawal()->set_erase(true);
                   KOINON_TRY(publish(*h.store, h.city, draft));
                   h.catch_up();
                   return {};
                 }});
  out.push_back({"a search when a city has gone", [](Held& h) -> Status {
                   OwnLog log = test_log("gone-" + std::to_string(h.removed++) + ".example");
                   KOINON_TRY(publish(*h.store, log, again(note("not for long"))));
                   KOINON_TRY(h.writer->catch_up(*h.store));
                   KOINON_TRY(h.index->load());
                   KOINON_TRY(h.store->begin(false));
                   KOINON_TRY(h.store->remove_log(log.id(), {9}));
                   KOINON_TRY(h.store->commit());
                   KOINON_TRY(h.writer->catch_up(*h.store));
                   return done(h.index->search({}));
                 }});
  out.push_back({"a small city's of a large topic", [](Held& h) {
                   IndexQuery query = query_of(h, false, false, "health");
                   query.log = test_log("city-0.example").id();
                   return done(h.index->find(query));
                 }});
  out.push_back({"what was taken back of a topic", [](Held& h) {
                   IndexQuery query = query_of(h, false, false, "health");
                   query.kind = v1::KIND_QUESTION;
                   return done(h.index->find(query));
                 }});
  out.push_back({"what a city has of a kind in a topic", [](Held& h) {
                   IndexQuery query = query_of(h, false, true, "health");
                   query.kind = v1::KIND_ANSWER;
                   return done(h.index->find(query));
                 }});
  out.push_back({"words in a topic", [](Held& h) {
                   IndexQuery query = query_of(h, false, false, "health");
                   query.words = "uncommon";
                   return done(h.index->find(query));
                 }});
  for (const bool standing : {false, true}) {
    out.push_back({"all", [=](Held& h) { return done(h.index->find(query_of(h, standing, false, {}))); }});
    out.push_back(
        {"a city's", [=](Held& h) { return done(h.index->find(query_of(h, standing, true, {}))); }});
    out.push_back(
        {"a topic's", [=](Held& h) { return done(h.index->find(query_of(h, standing, false, "health"))); }});
  }
  return out;
}

std::vector<Operation> office_operations() {
  return {
      {"what is due", [](Held& h) { return done(Desk(*h.office).due({1}, 5)); }},
      {"whether something is kept", [](Held& h) { return done(Desk(*h.office).has_kept()); }},
      {"what is to be kept", [](Held& h) { return Desk(*h.office).keep_due({1}); }},
      {"what is to be hidden", [](Held& h) { return done(Desk(*h.office).hides()); }},
      {"how much waits", [](Held& h) { return done(Desk(*h.office).count_waiting(std::nullopt)); }},
      {"how much of one waits", [](Held& h) { return done(Desk(*h.office).count_waiting(h.user)); }},
      {"one's drafts", [](Held& h) { return done(Desk(*h.office).drafts(h.user, 5)); }},
      {"one's watchlist", [](Held& h) { return done(Desk(*h.office).watched(h.user, 5)); }},
      {"what has expired", [](Held& h) { return Accounts(*h.office).expire({1}); }},
      {"what was sent long ago", [](Held& h) { return Outbox(*h.office).forget({1}, limits::kSentKept); }},
      {"what was written down under a wrong clock",
       [](Held& h) -> Status {
         KOINON_TRY(Outbox(*h.office).correct_times({2'000'000}, {1'000'000}));
         KOINON_TRY(Outbox(*h.office).late_digests({1'000'000}, 5));
         return Desk(*h.office).correct_times({1'000'000});
       }},
      {"what waits for one webhook", [](Held& h) { return done(Outbox(*h.office).waiting({1}, 1'000)); }},
      {"what one webhook is to be sent",
       [](Held& h) { return done(Outbox(*h.office).due_deliveries({1}, {1}, 5)); }},
      {"what does not arrive", [](Held& h) { return done(Outbox(*h.office).failing(3, {1})); }},
      {"what was erased",
       [](Held& h) {
         return Outbox(*h.office).forget_remarks({{h.city.id(), EntryIndex(1'000'000)}}, ArrivalSeq(1));
       }},
      {"whose hour is over", [](Held& h) { return done(Outbox(*h.office).paces_held({1}, 5)); }},
      {"what is to be sent", [](Held& h) { return done(Outbox(*h.office).due_mail({1}, 5)); }},
      {"when something is due", [](Held& h) { return done(Outbox(*h.office).next_due(true)); }},
      {"digests that are due", [](Held& h) { return done(Outbox(*h.office).due_digests({1}, 5)); }},
  };
}

// The second time: statements are prepared, and what is kept in memory is there.
sqlite::Work cost_of(const Operation& operation, Held& held) {
  EXPECT_TRUE(operation.run(held).ok()) << operation.name;
  const sqlite::Work before = sqlite::work_done();
  EXPECT_TRUE(operation.run(held).ok()) << operation.name;
  const sqlite::Work after = sqlite::work_done();
  return {after.steps - before.steps, after.pages - before.pages};
}

Held& small() {
  static Held held{Size()};
  return held;
}

struct Dimension {
  const char* name;
  std::size_t Size::*many;
};

class Costs : public testing::TestWithParam<Dimension> {};
INSTANTIATE_TEST_SUITE_P(
    Of, Costs,
    testing::Values(Dimension{"Notes", &Size::notes}, Dimension{"Cities", &Size::cities},
                    Dimension{"Revisions", &Size::revisions}, Dimension{"Adoptions", &Size::adoptions},
                    Dimension{"Erased", &Size::erased}, Dimension{"Gone", &Size::gone},
                    Dimension{"Held", &Size::held}, Dimension{"Scheduled", &Size::scheduled},
                    Dimension{"Drafts", &Size::drafts}, Dimension{"Sent", &Size::sent},
                    Dimension{"Waiting", &Size::waiting}, Dimension{"Watched", &Size::watched},
                    Dimension{"Digests", &Size::digests}, Dimension{"Credentials", &Size::credentials},
                    Dimension{"Relayed", &Size::relayed}, Dimension{"Files", &Size::files}),
    [](const auto& info) { return info.param.name; });

TEST_P(Costs, DoNotGrowWith) {
  constexpr std::size_t kTimes = 30;
  constexpr std::uint64_t kFewSteps = 100;
  constexpr std::uint64_t kFewPages = 40;  // a tree may be a level deeper
  Size size;
  size.*GetParam().many *= kTimes;
  Held large(size);
  for (const auto& operations : {store_operations(), index_operations(), office_operations()}) {
    for (const Operation& operation : operations) {
      const auto few = cost_of(operation, small());
      const auto many = cost_of(operation, large);
      EXPECT_LE(many.steps, 3 * few.steps + kFewSteps) << operation.name << " grows with " << GetParam().name;
      EXPECT_LE(many.pages, 3 * few.pages + kFewPages) << operation.name << " grows with " << GetParam().name;
    }
  }
}

TEST(CostOfAnEntry, IsNotThatOfItsBody) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  const auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  OwnLog city = test_log();
  const auto brief = publish(*store, city, note("Brief"));
  const auto long_one = publish(*store, city, note("Long", std::string(limits::kBodyBytes / 2, 'x')));
  ASSERT_TRUE(brief.ok() && long_one.ok());
  for (const EntryIndex index : {*brief, *long_one}) {
    const auto whole = store->record(city.id(), index);
    ASSERT_TRUE(whole.ok());
    const auto before = sqlite::work_done().pages;
    const auto leaf = store->entry(city.id(), index);
    EXPECT_LE(sqlite::work_done().pages - before, 10U)
        << "a feed reads those of a hundred versions of each note";
    ASSERT_TRUE(leaf.ok());
    EXPECT_EQ(*leaf, whole->entry);
  }
  EXPECT_FALSE(store->entry(city.id(), EntryIndex(100)).ok());
}

}  // namespace
}  // namespace koinon::test::costs_test
