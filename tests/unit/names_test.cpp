// Whose a bare name is, and that every log can be named.
#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/hash.h"
#include "node/api/change_request.h"
#include "node/api/full_names.h"
#include "node/reading/directory.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/ref.h"
#include "storage/memory/memory_store.h"

namespace koinon::test::names_test {
namespace {

using Rank = std::optional<unsigned>;
constexpr const char* kSeoul = "seoul.example";

LogId id_of(char first, std::size_t number = 0) {
  Bytes bytes(LogId::kSize, first);
  bytes.replace(1, 4,
                {static_cast<char>(number >> 24U), static_cast<char>(number >> 16U),
                 static_cast<char>(number >> 8U), static_cast<char>(number)});
  return LogId::from(bytes);
}

// A store with logs, and how near they are.
struct Held {
  // One entry of a log is held, and it claims its name so.
  LogId log(const LogId& id, Rank rank, const std::string& name = kSeoul) {
    RunCommit run;
    run.identity.name = name;
    run.log = id;
    run.records.push_back({EntryIndex(0), "an entry", {}, BodyState::kHeld, {}});
    run.leaves.push_back(leaf_hash("an entry"));
    run.after.append(run.leaves.back());
    run.head = {run.after.size(), run.after.root(), "a note"};
    if (!store.begin(true).ok() || !store.append_run(run).ok() || !store.commit().ok())
      ADD_FAILURE() << "not stored";
    place(id, rank, name);
    return id;
  }
  void place(const LogId& id, Rank rank, const std::string& name = kSeoul) {
    nearness.apply({{id, name, rank}});
  }
  // As a request that comes now sees it.
  Directory now() { return Directory(store, nearness); }

  MemoryStore store{MemoryStore::Options{}};
  Nearness nearness;
};

std::string apart(const LogId& log) { return format_city(kSeoul, log, true); }

TEST(Names, ABareNameIsOursThenAPeersThenTheOneWithFewerHops) {
  Held held;
  const LogId three_hops = held.log(id_of('a'), 4);
  const LogId two_hops = held.log(id_of('b'), 3);
  const LogId peer = held.log(id_of('c'), 1);
  const LogId own = held.log(id_of('d'), 0);
  for (const LogId& nearest : {own, peer, two_hops, three_hops}) {
    Directory directory = held.now();
    const auto found = directory.find_city(kSeoul);
    ASSERT_TRUE(found.ok()) << found.error().text();
    EXPECT_EQ(found->id, nearest);
    EXPECT_EQ(*directory.find_any(kSeoul), nearest);
    EXPECT_EQ(directory.city(nearest), kSeoul);
    EXPECT_EQ(directory.ref(nearest, EntryIndex(0)), "seoul.example/0");
    for (const LogId& other : {own, peer, two_hops, three_hops}) {
      if (other == nearest) continue;
      EXPECT_EQ(directory.city(other), apart(other));
      EXPECT_EQ(directory.find_city(apart(other))->id, other);
    }
    held.place(nearest, std::nullopt);
  }
  EXPECT_FALSE(held.now().find_city(kSeoul).ok());
}

TEST(Names, ATieIsRefusedAndBothAreNamedByTheirIds) {
  Held held;
  const LogId one = held.log(id_of('a'), 3);
  const LogId two = held.log(id_of('b'), 3);
  const LogId far = held.log(id_of('c'), 4);
  Directory directory = held.now();
  for (const auto& refused : {directory.find_city(kSeoul).error(), directory.find_any(kSeoul).error(),
                              directory.find_ref("seoul.example/0").error()}) {
    EXPECT_EQ(refused.code, Code::kConflict);
    EXPECT_NE(refused.message.find(apart(one) + " or " + apart(two)), std::string::npos) << refused.message;
    EXPECT_EQ(refused.message.find(apart(far)), std::string::npos) << "it has no part in the tie";
  }
  EXPECT_EQ(directory.city(one), apart(one));
  EXPECT_EQ(directory.city(two), apart(two));
  EXPECT_EQ(directory.find_ref(apart(two) + "/0")->log.id, two);
}

TEST(Names, WhatIsBlockedOrOutOfPolicyClaimsNothing) {
  Held held;
  const LogId outside = held.log(id_of('a'), std::nullopt);
  Directory alone = held.now();
  const Error refused = alone.find_city(kSeoul).error();
  EXPECT_EQ(refused.code, Code::kNotFound);
  EXPECT_NE(refused.message.find(apart(outside)), std::string::npos) << "what is held can be asked for";
  EXPECT_EQ(alone.city(outside), apart(outside));
  EXPECT_EQ(alone.find_city(apart(outside))->id, outside);
  EXPECT_EQ(*alone.find_any(kSeoul), outside) << "an operator can mean no other";
  // Beside it a city that is trusted has the name whole.
  const LogId far = held.log(id_of('b'), 4);
  Directory directory = held.now();
  EXPECT_EQ(directory.find_city(kSeoul)->id, far);
  EXPECT_EQ(*directory.find_any(kSeoul), far);
  EXPECT_FALSE(directory.shares_name(*directory.find_city(kSeoul)));
  EXPECT_TRUE(directory.shares_name(*directory.find_city(apart(outside))));
  // Two of them, and no city that is trusted: an operator says which.
  held.place(far, std::nullopt);
  EXPECT_EQ(held.now().find_any(kSeoul).error().code, Code::kConflict);
  EXPECT_EQ(*held.now().find_any(apart(far)), far);
  EXPECT_EQ(*held.now().find_any(to_text(far)), far);
}

TEST(Names, APinnedPeersNameIsItsOwnBeforeItsLogIsHere) {
  Held held;
  const LogId impostor = held.log(id_of('a'), 3);
  const LogId peer = id_of('b');
  held.place(peer, 1);
  Directory directory = held.now();
  EXPECT_EQ(directory.find_city(kSeoul).error().code, Code::kNotFound);
  EXPECT_EQ(*directory.find_any(kSeoul), peer);
  EXPECT_EQ(directory.city(peer), kSeoul);
  EXPECT_EQ(directory.city(impostor), apart(impostor));
}

TEST(Names, AmongAThousandLogsOfOneNameOursAPeersAndEachByItsIdAreFound) {
  Held held;
  for (std::size_t i = 0; i < 1000; ++i) held.log(id_of('\0', i), 3);
  EXPECT_EQ(held.now().find_city(kSeoul).error().code, Code::kConflict);
  EXPECT_EQ(held.nearness.nearest(kSeoul).size(), limits::kSameName) << "a refusal lists so many";
  const LogId peer = held.log(id_of('\x7f'), 1);
  EXPECT_EQ(held.now().find_city(kSeoul)->id, peer);
  const LogId own = held.log(id_of('\xff'), 0);
  EXPECT_EQ(held.now().find_city(kSeoul)->id, own);
  for (const LogId& log : {own, peer, id_of('\0', 999)}) EXPECT_EQ(held.now().find_city(apart(log))->id, log);
}

TEST(Names, TwoLogsWhoseIdsBeginAlikeAreNotTakenForEachOther) {
  Held held;
  Bytes other = id_of('a').bytes();
  other.back() = 'b';
  const LogId one = held.log(id_of('a'), 3);
  const LogId two = held.log(LogId::from(other), 3);
  ASSERT_EQ(apart(one), apart(two));
  EXPECT_EQ(held.now().find_city(apart(one)).error().code, Code::kConflict);
  EXPECT_EQ(*held.now().find_any(to_text(two)), two) << "the whole id says which";
}

TEST(Names, ANameThatIsGivenAgainGoesWithItsLogAlone) {
  Held held;
  const LogId log = held.log(id_of('a'), 3);
  held.place(log, 1);
  held.place(log, 1);
  const LogId other = held.log(id_of('b'), 2);
  EXPECT_EQ(held.now().find_city(kSeoul)->id, log);
  held.place(log, std::nullopt);
  EXPECT_EQ(held.now().find_city(kSeoul)->id, other);
  held.place(id_of('c'), 0, "");
  EXPECT_EQ(held.now().find_city(kSeoul)->id, other) << "what has no name yet claims none";
}

// What is signed later is about the logs that were meant, in each place where a request names a city.
TEST(Names, ARequestThatWaitsNamesTheLogsThatWereMeant) {
  Held held;
  const LogId own = held.log(id_of('o'), 0, "own.example");
  const LogId meant = held.log(id_of('a'), 1);
  const LogId impostor = held.log(id_of('b'), 2);
  const boost::json::object request{
      {"kind", "adoption"},
      {"language", "en"},
      {"file",
       "+++\nkind = \"adoption\"\nlanguage = \"en\"\nstage = \"trying\"\n"
       "adopts = \"seoul.example/0\"\nto = [\"seoul.example\", \"own.example\"]\n+++\nWe try it.\n"},
      {"to", {"seoul.example", apart(impostor)}},
      {"refs",
       {{{"role", "about"}, {"ref", "seoul.example/0"}}, {{"role", "points_to"}, {"ref", "own.example/0"}}}}};
  Directory before = held.now();
  const auto kept = with_full_names(request, before, own);
  ASSERT_TRUE(kept.ok()) << kept.error().text();
  held.place(meant, std::nullopt);
  Directory after = held.now();
  ASSERT_EQ(after.find_city(kSeoul)->id, impostor) << "the bare name has changed hands";
  const auto note = read_publish_request(*kept);
  ASSERT_TRUE(note.ok()) << note.error().text();
  EXPECT_EQ(note->body.adoption().changes(), "We try it.");
  std::vector<std::pair<v1::RefRole, LogId>> refs;
  for (const NamedRef& ref : note->refs) refs.emplace_back(ref.role, after.find_ref(ref.ref)->log.id);
  EXPECT_EQ(refs,
            (std::vector<std::pair<v1::RefRole, LogId>>{
                {v1::REF_ROLE_ADOPTS, meant}, {v1::REF_ROLE_ABOUT, meant}, {v1::REF_ROLE_POINTS_TO, own}}));
  EXPECT_EQ(note->refs.back().ref, "own.example/0") << "nobody can take our own name";
  std::vector<LogId> to;
  for (const std::string& city : note->to) to.push_back(after.find_city(city)->id);
  EXPECT_EQ(to, (std::vector<LogId>{meant, own, meant, impostor}));
  Directory again = held.now();
  EXPECT_EQ(*with_full_names(*kept, again, own), *kept) << "what is written out stays";
}

TEST(Names, ARequestThatNamesNobodyElseWaitsAsItWasWritten) {
  Held held;
  const LogId own = held.log(id_of('o'), 0, "own.example");
  const boost::json::object request{
      {"file", "+++\n# a remark\ntitle = 'T'\nlanguage = \"en\"\nrevises = 'own.example/0'\n+++\nText."}};
  Directory directory = held.now();
  const auto kept = with_full_names(request, directory, own);
  ASSERT_TRUE(kept.ok()) << kept.error().text();
  EXPECT_EQ(*kept, request);
}

RC_GTEST_PROP(Names, WhatACityIsCalledFindsItAndNoOther, ()) {
  Held held;
  const auto count = *rc::gen::inRange<std::size_t>(1, 12);
  std::vector<LogId> logs;
  for (std::size_t i = 0; i < count; ++i) {
    const auto rank = *rc::gen::inRange(0U, 5U);
    const std::string name = *rc::gen::element<std::string>(kSeoul, "la.example", "milan.example");
    logs.push_back(held.log(id_of('a', i), rank == 4 ? Rank() : Rank(rank), name));
  }
  Directory directory = held.now();
  for (const LogId& log : logs) {
    const auto found = directory.find_city(directory.city(log));
    RC_ASSERT(found.ok());
    RC_ASSERT(found->id == log);
    const auto any = directory.find_any(directory.city(log));
    RC_ASSERT(any.ok());
    RC_ASSERT(*any == log);
  }
  for (const std::string name : {kSeoul, "la.example", "milan.example"}) {
    const auto found = directory.find_city(name);
    if (found.ok()) RC_ASSERT(directory.city(found->id) == name);
  }
}

}  // namespace
}  // namespace koinon::test::names_test
