// Feeds and logs as files, without a server and without the API.
#include "node/feeds/feeds.h"

#include <map>
#include <set>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "crypto/merkle.h"
#include "node/log_files/log_files.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/store/epoch_start.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::feeds_test {
namespace {

constexpr UnixMillis kNow{1'600'000'000'000};

class Read : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    index = std::move(*open_index_reader(folder.path() / "index.db"));
    ASSERT_TRUE(publish(*store, la, note("Testing in cars")).ok());
    while (*writer->catch_up(*store) > 0) {
    }
  }
  Feeds feeds() {
    return Feeds(
        {*store, *index, nearness, texts, {[] { return kNow; }, [] { return MonoTime{}; }}, "seoul.example"});
  }
  static FeedRequest asked(const std::string& path) {
    return {"https://notes.seoul.example", path, {}, "", ""};
  }

  TemporaryFolder folder;
  OwnLog la = test_log("la.example");
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<IndexReader> index;
  Nearness nearness;
  RenderedTexts texts{limits::kRenderedBytes};
};

using FeedsTest = Read;
using LogFilesTest = Read;

TEST_F(FeedsTest, AFeedHasWhatTheIndexHas) {
  const auto feed = feeds().all(asked("/feeds/all.atom"));
  ASSERT_TRUE(feed.ok()) << feed.error().text();
  EXPECT_EQ(feed->status, 200U);
  EXPECT_NE(feed->body.find("Testing in cars"), std::string::npos);
  EXPECT_NE(feed->body.find("https://notes.seoul.example/records/"), std::string::npos);
}

TEST_F(FeedsTest, ATextSaysItsLanguageAndDirectionAndEachSectionIsItsOwn) {
  Draft draft = note("ظلال");
  draft.entry.set_language("ar");
  draft.body->mutable_practice()->set_summary("Cool Schools: أشجار");
  draft.body->mutable_practice()->set_solution("# خطوة\n\n```\nnever closed");
  draft.body->mutable_practice()->set_results("*نتيجة* https://city.example/a");
  ASSERT_TRUE(publish(*store, la, draft).ok());
  while (*writer->catch_up(*store) > 0) {
  }
  for (const char* form : {"atom", "json"}) {
    std::string feed = feeds().all(asked(std::string("/feeds/all.") + form))->body;
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"&lt;", "<"},
                                   {"&gt;", ">"},
                                   {"&quot;", "\""},
                                   {"\\u003c", "<"},
                                   {"\\u003e", ">"},
                                   {"\\\"", "\""},
                                   {"\\/", "/"}}) {
      for (auto at = feed.find(from); at != std::string::npos; at = feed.find(from, at + to.size()))
        feed.replace(at, from.size(), to);
    }
    EXPECT_NE(feed.find("<div lang=\"ar\" dir=\"rtl\">"), std::string::npos) << feed;
    EXPECT_NE(feed.find("<div lang=\"en\" dir=\"ltr\">"), std::string::npos) << feed;
    EXPECT_NE(feed.find("<h3>خطوة</h3>"), std::string::npos) << feed;
    EXPECT_NE(feed.find("<em>نتيجة</em>"), std::string::npos) << "no fence reaches it: " << feed;
    EXPECT_NE(feed.find("<a href=\"https://city.example/a\">"), std::string::npos) << feed;
    EXPECT_EQ(feed.find("<h1>"), std::string::npos) << feed;
  }
}

TEST(NoteParts, AreShortenedAtTheEndOfAParagraph) {
  std::vector<NotePart> parts = {{"", "one"}, {"Solution", "two\n\nthree"}, {"Results", "four"}};
  std::vector<NotePart> whole = parts;
  EXPECT_FALSE(shorten(whole, 17));
  EXPECT_EQ(whole.size(), 3U);
  EXPECT_TRUE(shorten(parts, 12));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1].text, "two");
  std::vector<NotePart> none = {{"", "one"}, {"Solution", "한국"}};
  EXPECT_TRUE(shorten(none, 4));
  ASSERT_EQ(none.size(), 1U) << "no part without text";
}

// The page names an epoch and an arrival: of another store the number means nothing here.
TEST_F(FeedsTest, APageOfAnUnknownEpochLeadsBackToTheNewest) {
  const auto before = [&](const std::string& place) {
    FeedRequest request = asked("/feeds/all.atom");
    request.query = {{"before", place}};
    return feeds().all(request);
  };
  const std::string ours = to_text(**store->epoch());
  EXPECT_EQ(before(ours + ".2")->status, 200U);
  EXPECT_NE(before(ours + ".2")->body.find("Testing in cars"), std::string::npos);
  EXPECT_EQ(before(ours + ".1")->body.find("Testing in cars"), std::string::npos) << "it is the oldest";
  for (const std::string& lost : {to_text(unkeyed_epochs()(77)) + ".2", ours + ".99", std::string("2")}) {
    const auto moved = before(lost);
    ASSERT_TRUE(moved.ok()) << moved.error().text();
    EXPECT_EQ(moved->status, 302U) << lost;
    EXPECT_EQ(moved->headers.at("location"), "/feeds/all.atom");
  }
  EXPECT_EQ(before("x").error().code, Code::kInvalidArgument);
  ASSERT_TRUE(begin_next_epoch(*store, unkeyed_epochs()).ok());
  EXPECT_EQ(before(ours + ".2")->status, 200U) << "a restart is none of a reader's business";
}

TEST_F(FeedsTest, TheEndOfTheAddressSaysWhichForm) {
  EXPECT_TRUE(feeds().all(asked("/feeds/all.json"))->content_type.starts_with("application/feed+json"));
  EXPECT_TRUE(feeds()
                  .topic(asked("/feeds/topic/health.json"), "health.json")
                  ->content_type.starts_with("application/feed+json"));
  EXPECT_EQ(feeds().topic(asked("/feeds/topic/health"), "health").error().code, Code::kNotFound);
}

TEST_F(FeedsTest, ANoteHasTheNameOfNoOtherKindOfRecordThatItClaimsToRevise) {
  Draft question = note("");
  question.entry.set_kind(v1::KIND_QUESTION);
  question.body->mutable_question()->set_title("Which trees?");
  const auto asked_at = publish(*store, la, question);
  ASSERT_TRUE(asked_at.ok()) << asked_at.error().text();
  Draft practice = note("Plane trees");
  auto* ref = practice.entry.add_refs();
  ref->set_role(v1::REF_ROLE_REVISES);
  ref->set_log_id(la.id().bytes());
  ref->set_index(asked_at->value);
  ASSERT_TRUE(publish(*store, la, practice).ok());
  while (*writer->catch_up(*store) > 0) {
  }
  const auto feed = feeds().all(asked("/feeds/all.json"));
  ASSERT_TRUE(feed.ok()) << feed.error().text();
  std::set<std::string> names;
  const boost::json::value parsed = boost::json::parse(feed->body);
  for (const auto& item : parsed.at("items").as_array()) names.insert(std::string(item.at("id").as_string()));
  EXPECT_EQ(names.size(), 3U) << feed->body;
}

TEST_F(FeedsTest, WhatTakesThePlaceOfAVoidNoteIsAnotherNoteToAReader) {
  const auto said = [&] {
    while (*writer->catch_up(*store) > 0) {
    }
    const auto feed = feeds().all(asked("/feeds/all.json"));
    EXPECT_TRUE(feed.ok()) << feed.error().text();
    std::map<std::string, std::pair<std::string, std::string>> out;  // by title: name and link
    const boost::json::value parsed = boost::json::parse(feed->body);
    for (const auto& item : parsed.at("items").as_array())
      out[std::string(item.at("title").as_string())] = {std::string(item.at("id").as_string()),
                                                        std::string(item.at("url").as_string())};
    return out;
  };
  const auto first = publish(*store, la, note("Poison"));
  const auto gone = publish(*store, la, note("More poison"));
  ASSERT_TRUE(first.ok() && gone.ok());
  const auto before = said();
  ASSERT_TRUE(take_back(*store, la, first->value).ok());
  const auto again = publish(*store, la, note("After"));
  ASSERT_TRUE(again.ok()) << again.error().text();
  ASSERT_EQ(*again, *gone);
  const auto after = said();
  EXPECT_EQ(after.size(), 2U);
  EXPECT_EQ(after.at("Testing in cars"), before.at("Testing in cars"));
  EXPECT_NE(after.at("After").first, before.at("More poison").first);
  EXPECT_NE(after.at("After").second, before.at("More poison").second);
}

TEST_F(FeedsTest, TwoVersionsOfOneNoteHaveTwoNames) {
  const auto ids = [&] {
    while (*writer->catch_up(*store) > 0) {
    }
    const auto feed = feeds().all(asked("/feeds/all.json"));
    EXPECT_TRUE(feed.ok()) << feed.error().text();
    std::map<std::string, std::string> out;  // by title
    const boost::json::value parsed = boost::json::parse(feed->body);
    for (const auto& item : parsed.at("items").as_array())
      out[std::string(item.at("title").as_string())] = std::string(item.at("id").as_string());
    return out;
  };
  const auto revision = [&](EntryIndex of, const std::string& title) {
    Draft draft = note(title);
    auto& ref = *draft.entry.add_refs();
    ref.set_role(v1::REF_ROLE_REVISES);
    ref.set_log_id(la.id().bytes());
    ref.set_index(of.value);
    ref.set_leaf_hash(leaf_hash(*store->entry(la.id(), of)).bytes());
    return *publish(*store, la, draft);
  };
  const EntryIndex first = *publish(*store, la, note("First"));
  const std::string name = ids().at("First");
  const EntryIndex second = revision(first, "Second");
  EXPECT_EQ(ids().at("Second"), name);
  revision(first, "Second again");
  auto now = ids();
  ASSERT_TRUE(now.contains("Second") && now.contains("Second again"));
  EXPECT_EQ(now.at("Second again"), name) << "the newer goes on";
  const std::string apart = now.at("Second");
  EXPECT_NE(apart, name);
  revision(second, "Third");
  now = ids();
  EXPECT_EQ(now.at("Third"), apart);
  EXPECT_EQ(now.at("Second again"), name);
}

TEST_F(FeedsTest, AMisspeltTopicIsNoEmptyFeed) {
  const auto misspelt = feeds().topic(asked("/feeds/topic/climate/haet.atom"), "climate/haet.atom");
  ASSERT_FALSE(misspelt.ok());
  EXPECT_EQ(misspelt.error().code, Code::kNotFound);
  EXPECT_TRUE(misspelt.error().message.ends_with("climate/heat")) << misspelt.error().message;
  EXPECT_TRUE(feeds().topic(asked("/feeds/topic/climate/heat.atom"), "climate/heat.atom").ok())
      << "no note as yet";
  FeedRequest searching = asked("/feeds/search.atom");
  searching.query["topic"] = "climate/haet";
  const auto searched = feeds().search(searching);
  ASSERT_FALSE(searched.ok()) << "nor one of a search within it";
  EXPECT_TRUE(searched.error().message.ends_with("climate/heat")) << searched.error().message;
  searching.query["topic"] = "climate/heat";
  EXPECT_TRUE(feeds().search(searching).ok());
  const std::string endless = std::string(10'000, 'a') + ".atom";
  EXPECT_EQ(feeds().topic(asked("/feeds/topic/" + endless), endless).error().code, Code::kNotFound);
}

TEST_F(FeedsTest, TheListOfFeedsHasTheKeyInEveryAddress) {
  FeedRequest asking = asked("/feeds.opml");
  asking.query["key"] = "abc";
  const std::string list = feeds().opml(asking).body;
  EXPECT_NE(list.find("xmlUrl=\"https://notes.seoul.example/feeds/topic/climate/heat.atom?key=abc\""),
            std::string::npos);
  EXPECT_NE(list.find("htmlUrl=\"https://notes.seoul.example/?topic=climate%2Fheat\""), std::string::npos);
  EXPECT_EQ(list.find(".atom\""), std::string::npos) << "no address without it";
}

TEST_F(FeedsTest, AFeedThatBecomesAFileLeadsToWhatIsThere) {
  for (std::size_t i = 0; i < limits::kFeedItems; ++i)
    ASSERT_TRUE(publish(*store, la, note("Note " + std::to_string(i))).ok());
  while (*writer->catch_up(*store) > 0) {
  }
  const auto served = feeds().all(asked("/feeds/all.atom"));
  ASSERT_TRUE(served.ok());
  EXPECT_NE(served->body.find("?before="), std::string::npos);
  Feeds files({*store,
               *index,
               nearness,
               texts,
               {[] { return kNow; }, [] { return MonoTime{}; }},
               "seoul.example",
               "",
               true});
  const auto file = files.all(asked("/feeds/all.atom"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->body.find("?before="), std::string::npos);
  const std::string all = feeds().opml(asked("/feeds.opml")).body;
  const std::string some = files.opml(asked("/feeds.opml")).body;
  EXPECT_NE(all.find("/feeds/topic/climate/heat.atom"), std::string::npos);
  EXPECT_EQ(some.find("/feeds/topic/climate/heat.atom"), std::string::npos);
  EXPECT_NE(some.find("/feeds/all.atom"), std::string::npos);
}

TEST_F(FeedsTest, WhoHasTheFeedAlreadyIsToldSo) {
  FeedRequest again = asked("/feeds/all.atom");
  const auto first = feeds().all(again);
  ASSERT_TRUE(first.ok()) << first.error().text();
  again.if_none_match = first->headers.at("ETag");
  EXPECT_EQ(feeds().all(again)->status, 304U);
  ASSERT_TRUE(publish(*store, la, note("Staffing")).ok());
  while (*writer->catch_up(*store) > 0) {
  }
  EXPECT_EQ(feeds().all(again)->status, 200U) << "something is new";
}

TEST_F(LogFilesTest, OurOwnLogIsAnyonesToAuditAndOthersAreAsFarAsReadingIsOpen) {
  const Status closed = fail(Code::kUnauthenticated, "log in first");
  const LogName name{to_text(la.id()), ""};
  LogFiles ours(*store, nearness, la.id());
  LogFiles of_others(*store, nearness, test_log("seoul.example").id());
  const auto checkpoint = ours.checkpoint(name, closed);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().text();
  EXPECT_EQ(checkpoint->body, store->log_state(la.id())->whole->note);
  EXPECT_EQ(of_others.checkpoint(name, closed).error().code, Code::kUnauthenticated);
  EXPECT_TRUE(of_others.checkpoint(name, {}).ok());
  EXPECT_EQ(of_others.tile(name, "entries/000", closed).error().code, Code::kUnauthenticated);
}

}  // namespace
}  // namespace koinon::test::feeds_test
