// A store with its index, and notes of several kinds to put into it.
#pragma once

#include <gtest/gtest.h>

#include "proto/base/encoding.h"
#include "storage/search/ranking.h"
#include "storage/search/search_index.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

class IndexedLibrary : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    auto opened = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(opened.ok());
    store = std::move(*opened);
    auto writer = open_index_writer(folder.path() / "index.db", *store->epochs());
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    index = std::move(*writer);
    auto opened_reader = open_index_reader(folder.path() / "index.db");
    ASSERT_TRUE(opened_reader.ok());
    reader = std::move(*opened_reader);
  }
  EntryIndex add(OwnLog& log, Draft draft) {
    draft.again = true;
    const auto published = publish(*store, log, std::move(draft));
    EXPECT_TRUE(published.ok()) << published.error().text();
    catch_up();
    return published.ok() ? *published : EntryIndex(0);
  }
  Draft practice(const std::string& title, const std::string& text, const std::string& language = "en",
                 const std::string& topic = "health/testing") {
    Draft draft = note(title, text);
    draft.entry.set_language(language);
    draft.entry.clear_topics();
    draft.entry.add_topics(topic);
    return draft;
  }
  Draft adoption(const OwnLog& of, EntryIndex target, const std::string& outcome) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_ADOPTION);
    draft.entry.set_language("en");
    draft.entry.add_topics("health/testing");
    auto* ref = draft.entry.add_refs();
    ref->set_role(v1::REF_ROLE_ADOPTS);
    ref->set_log_id(of.id().bytes());
    ref->set_index(target.value);
    draft.body.emplace();
    draft.body->mutable_adoption()->set_outcome(outcome);
    draft.body->mutable_adoption()->set_title("Adopted");
    draft.body->mutable_adoption()->set_changes("As it was.");
    return draft;
  }
  Draft profile(double population, const std::string& climate, const std::string& income = "high",
                const std::string& country = "KR") {
    Draft draft;
    draft.entry.set_kind(v1::KIND_PROFILE);
    draft.entry.set_language("en");
    draft.body.emplace();
    auto* out = draft.body->mutable_profile();
    out->set_display_name("City");
    out->mutable_population()->set_value(population);
    out->set_climate(climate);
    out->set_income_band(income);
    out->set_country(country);
    return draft;
  }
  EntryIndex withdraw(OwnLog& log, EntryIndex target, bool erase = false) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_WITHDRAWAL);
    draft.entry.mutable_control()->mutable_withdrawal()->set_index(target.value);
    draft.entry.mutable_control()->mutable_withdrawal()->set_erase(erase);
    refer(draft, v1::REF_ROLE_WITHDRAWS, log, target);
    return add(log, draft);
  }
  RecordStatus status(const OwnLog& log, EntryIndex target) {
    const auto record = reader->get(log.id(), target);
    EXPECT_TRUE(record.ok() && *record);
    return record.ok() && *record ? (*record)->status : RecordStatus::kCurrent;
  }
  static void refer(Draft& draft, v1::RefRole role, const OwnLog& log, EntryIndex target) {
    auto* ref = draft.entry.add_refs();
    ref->set_role(role);
    ref->set_log_id(log.id().bytes());
    ref->set_index(target.value);
  }
  static Draft answer(const OwnLog& log, EntryIndex question, const std::string& text) {
    Draft out;
    out.entry.set_kind(v1::KIND_ANSWER);
    out.entry.set_language("en");
    refer(out, v1::REF_ROLE_ANSWERS, log, question);
    out.body.emplace();
    out.body->mutable_answer()->set_text(text);
    return out;
  }
  // Of a log that is to be removed, to be taken again.
  RunCommit all_of(const OwnLog& log) {
    const auto state = store->log_state(log.id());
    EXPECT_TRUE(state.ok() && state->whole);
    RunCommit run;
    run.identity = log.identity();
    run.log = log.id();
    run.after = state->range;
    run.head = *state->whole;
    run.arrived_at = {3};
    for (std::uint64_t i = 0; i < state->range.size().value; ++i) {
      run.records.push_back(*store->record(log.id(), EntryIndex(i)));
      run.leaves.push_back(leaf_hash(run.records.back().entry));
    }
    return run;
  }
  void remove(const OwnLog& log) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(store->remove_log(log.id(), {2}).ok());
    ASSERT_TRUE(store->commit().ok());
    catch_up();
  }
  void catch_up() {
    while (true) {
      const auto done = index->catch_up(*store);
      ASSERT_TRUE(done.ok()) << done.error().text();
      if (*done == 0) return;
    }
  }
  SearchPage search(const SearchQuery& query) {
    auto page = reader->search(query);
    EXPECT_TRUE(page.ok()) << page.error().text();
    return page.ok() ? *page : SearchPage();
  }
  std::vector<std::uint64_t> found(const std::string& words) {
    SearchQuery query;
    query.words = words;
    std::vector<std::uint64_t> out;
    for (const auto& hit : search(query).hits) out.push_back(hit.index.value);
    return out;
  }
  std::uint64_t count(const SearchPage& page, const std::string& facet, const std::string& value) {
    for (const auto& item : page.facets.at(facet)) {
      if (item.value == value) return item.count;
    }
    return 0;
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> index;
  std::unique_ptr<IndexReader> reader;
  OwnLog seoul = test_log("seoul.example");
  OwnLog milan = test_log("milan.example");
  OwnLog lima = test_log("lima.example");
  using Found = std::vector<std::uint64_t>;
};

}  // namespace koinon::test
