// The derived index: words in every script, topics, rebuilding.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/search/search_index.h"
#include "storage/search/tokenizer.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::search_test {
namespace {

class Search : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    auto opened = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(opened.ok());
    store = std::move(*opened);
    add("\ub4dc\ub77c\uc774\ube0c\uc2a4\ub8e8 \uc120\ubcc4\uc9c4\ub8cc\uc18c",
        "\ucc28\uc5d0\uc11c \ub0b4\ub9ac\uc9c0 \uc54a\uace0 \uac80\uc0ac\ub97c \ubc1b\ub294\ub2e4.",
        "ko");  // 0
    add("\u30c9\u30e9\u30a4\u30d6\u30b9\u30eb\u30fc\u691c\u67fb",
        "\u8eca\u306b\u4e57\u3063\u305f\u307e\u307e\u691c\u67fb\u3092\u53d7\u3051\u308b\u3002\u4eca\u65e5"
        "\u306f\u6771\u4eac\u90fd\u5e81\u3067\u3002",
        "ja");  // 1
    add("\u5f97\u6765\u901f\u68c0\u6d4b",
        "\u5c45\u6c11\u65e0\u9700\u4e0b\u8f66\u5373\u53ef\u63a5\u53d7\u6838\u9178\u68c0\u6d4b\u3002",
        "zh");  // 2
    add("\u0e01\u0e32\u0e23\u0e15\u0e23\u0e27\u0e08\u0e41\u0e1a\u0e1a\u0e44\u0e14\u0e23\u0e1f\u0e4c\u0e17"
        "\u0e23\u0e39",
        "\u0e1c\u0e39\u0e49\u0e23\u0e31\u0e1a\u0e01\u0e32\u0e23\u0e15\u0e23\u0e27\u0e08\u0e44\u0e21\u0e48"
        "\u0e15\u0e49\u0e2d\u0e07\u0e25\u0e07\u0e08\u0e32\u0e01\u0e23\u0e16",
        "th");  // 3
    add("Drive-through Testing", "People stay in their cars; \u00c9cole fran\u00e7aise, Stra\u00dfe.",
        "en");  // 4
    auto writer = open_index_writer(folder.path() / "index.db", *store->epochs());
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    index = std::move(*writer);
    catch_up();
    auto opened_reader = open_index_reader(folder.path() / "index.db");
    ASSERT_TRUE(opened_reader.ok());
    reader = std::move(*opened_reader);
  }
  void add(const std::string& title, const std::string& text, const std::string& language) {
    Draft draft = note(title, text);
    draft.entry.set_language(language);
    draft.entry.clear_topics();
    draft.entry.add_topics("health/testing");
    ASSERT_TRUE(publish(*store, log, draft).ok());
  }
  void catch_up() {
    while (true) {
      const auto done = index->catch_up(*store);
      ASSERT_TRUE(done.ok()) << done.error().text();
      if (*done == 0) return;
    }
  }
  std::vector<std::uint64_t> find(const std::string& words) {
    IndexQuery query;
    query.words = words;
    const auto found = reader->find(query);
    EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().text());
    std::vector<std::uint64_t> out;
    for (const auto& record : *found) out.push_back(record.index.value);
    std::sort(out.begin(), out.end());
    return out;
  }
  using Found = std::vector<std::uint64_t>;
  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  OwnLog log = test_log();
  std::unique_ptr<IndexWriter> index;
  std::unique_ptr<IndexReader> reader;
};

TEST_F(Search, TwoCharacterWordsInsideUnspacedText) {
  EXPECT_EQ(find("\uac80\uc0ac"), Found{0}) << "Korean, with a particle behind it";
  EXPECT_EQ(find("\uc9c4\ub8cc"), Found{0}) << "Korean, inside a compound";
  EXPECT_EQ(find("\u691c\u67fb"), Found{1}) << "Japanese";
  EXPECT_EQ(find("\u90fd\u5e81"), Found{1}) << "Japanese, inside a compound";
  EXPECT_EQ(find("\u6838\u9178"), Found{2}) << "Chinese";
  EXPECT_EQ(find("\u0e15\u0e23\u0e27\u0e08"), Found{3}) << "Thai";
  EXPECT_EQ(find("\u0e23\u0e16"), Found{3}) << "Thai, at the end";
}

TEST_F(Search, SingleCharactersAndWholePhrases) {
  EXPECT_EQ(find("\ucc28"), Found{0});
  EXPECT_EQ(find("\u8eca"), Found{1});
  EXPECT_EQ(find("\u5c45\u6c11\u65e0\u9700\u4e0b\u8f66"), Found{2});
  EXPECT_EQ(find("\u6c11\u5c45"), Found{}) << "not the two characters in another order";
}

TEST_F(Search, CaseAndAccentsAreFolded) {
  EXPECT_EQ(find("TESTING"), Found{4});
  EXPECT_EQ(find("ecole"), Found{4});
  EXPECT_EQ(find("\u00c9COLE"), Found{4});
  EXPECT_EQ(find("strasse"), Found{4});
  EXPECT_EQ(find("drive car*"), Found{4});
  EXPECT_EQ(find("drive bicycle"), Found{}) << "every word must occur";
}

TEST_F(Search, WhatIsTypedIsNeverAnExpression) {
  for (const std::string words :
       {"\"", "a OR b", "NEAR(", "title:x", "*", "(((", "\"unclosed", "-car", "^car", "car\0x"})
    (void)find(words);
  EXPECT_EQ(find("title:drive"), Found{}) << "a colon is no column filter";
}

TEST_F(Search, TopicsCoverWhatIsBelowThem) {
  IndexQuery query;
  query.topic = "health";
  EXPECT_EQ(reader->find(query)->size(), 5U);
  query.topic = "health/testing";
  EXPECT_EQ(reader->find(query)->size(), 5U);
  query.topic = "heal";
  EXPECT_TRUE(reader->find(query)->empty());
}

TEST_F(Search, ARebuiltIndexFindsTheSame) {
  const auto before = find("\uac80\uc0ac");
  ASSERT_TRUE(index->reset().ok());
  EXPECT_TRUE(find("\uac80\uc0ac").empty());
  catch_up();
  EXPECT_EQ(find("\uac80\uc0ac"), before);
}

TEST_F(Search, AnIndexOfAnotherStoreIsEmptied) {
  index.reset();
  reader.reset();
  auto writer = open_index_writer(folder.path() / "index.db",
                                  std::vector<EpochRange>{{Epoch::from(Bytes(Epoch::kSize, 'o')), {}, {}}});
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ((*open_index_reader(folder.path() / "index.db"))->position()->value, 0U);
}

TEST_F(Search, AnIndexThatCannotBeReadAtThisMomentStaysAndADamagedOneIsMadeAnew) {
  const auto path = folder.path() / "index.db";
  const auto log_path = folder.path() / "index.db-wal";
  const auto position = *reader->position();
  ASSERT_GT(position.value, 0U);
  reader.reset();
  index.reset();
  ASSERT_FALSE(std::filesystem::exists(log_path));
  ASSERT_TRUE(std::filesystem::create_directories(log_path / "in the way"));
  EXPECT_FALSE(open_index_writer(path, *store->epochs()).ok());
  ASSERT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove_all(log_path);
  index = std::move(*open_index_writer(path, *store->epochs()));
  EXPECT_EQ(*(*open_index_reader(path))->position(), position);
  index.reset();
  std::ofstream(path, std::ios::binary | std::ios::trunc) << std::string(100'000, 'x');
  const auto anew = open_index_writer(path, *store->epochs());
  ASSERT_TRUE(anew.ok()) << anew.error().text();
  EXPECT_EQ((*open_index_reader(path))->position()->value, 0U);
}

TEST_F(Search, WhatListsShowIsOfBoundedLengthAndEndsBetweenCharacters) {
  Draft draft = note("a", "Text.");
  for (std::size_t i = 0; i < limits::kIndexedSummaryBytes; ++i) {
    draft.body->mutable_practice()->mutable_title()->append("\u00e9");
    draft.body->mutable_practice()->mutable_summary()->append("\u00e9");
  }
  const auto published = publish(*store, log, draft);
  ASSERT_TRUE(published.ok()) << published.error().text();
  catch_up();
  const auto record = reader->get(log.id(), *published);
  ASSERT_TRUE(record.ok() && record->has_value());
  EXPECT_EQ((*record)->title.size(), limits::kIndexedTitleBytes - 1)
      << "after one byte each character has two";
  EXPECT_EQ((*record)->title.substr((*record)->title.size() - 2), "\u00e9");
  EXPECT_EQ((*record)->summary.size(), limits::kIndexedSummaryBytes);
  EXPECT_EQ((*record)->summary.substr((*record)->summary.size() - 2), "\u00e9");
}

TEST_F(Search, UnreadableLeavesAreListedAsSuch) {
  const auto index = append_leaf(*store, log, "\xff\xff no entry");
  ASSERT_TRUE(index.ok());
  ASSERT_EQ(*index, EntryIndex(5));
  catch_up();
  const auto record = reader->get(log.id(), EntryIndex(5));
  ASSERT_TRUE(record.ok() && record->has_value());
  EXPECT_FALSE((*record)->readable);
}

}  // namespace
}  // namespace koinon::test::search_test
