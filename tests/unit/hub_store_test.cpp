// A store on a server, without a server: what is told where it is lost, which starts are tried again, and
// what a new node writes into its configuration.
#include <fstream>
#include <future>
#include <sstream>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/daemon/init.h"
#include "node/daemon/init_store.h"
#include "node/daemon/start_over.h"
#include "node/daemon/store_source.h"
#include "node/publishing/gate.h"
#include "node/publishing/own_log.h"
#include "node/replication/store_loss.h"
#include "node/replication/store_writer.h"
#include "storage/memory/memory_store.h"
#include "tests/temporary_folder.h"

namespace koinon::test::hub_store_test {
namespace {

constexpr std::chrono::seconds kDeadline{60};
// Nobody listens there.
constexpr const char* kNowhere = "postgresql://koinon@127.0.0.1:1/koinon?connect_timeout=2";

Error away() { return fail(Code::kUnavailable, Sentence{"database.away", "the server is away"}); }
Error fenced() { return fail(Code::kRefused, Sentence{"store.fenced", "another process writes there"}); }

TEST(StoreLoss, OfACommitThatBrokeNobodyKnowsWhetherItStands) {
  const Error told = of_commit(away());
  EXPECT_EQ(told.code, Code::kUnavailable);
  EXPECT_EQ(told.id, "store.outcome_unknown");
  EXPECT_TRUE(is_store_lost(told));
  EXPECT_EQ(told_of_loss(told).id, "store.outcome_unknown");
  EXPECT_EQ(of_commit(fenced()).id, "store.fenced") << "that is known not to stand";
  EXPECT_EQ(told_of_loss(fenced()).code, Code::kUnavailable) << "what waits to be signed is not given up";
  EXPECT_FALSE(is_store_lost(fail(Code::kUnavailable, "a peer is away")));
}

class LossTest : public testing::Test {
 protected:
  void begin(bool on_server) {
    ASSERT_TRUE(init_crypto().ok());
    StoreWriter::Callbacks callbacks;
    callbacks.on_completions = [this](std::vector<Completion> done) {
      for (Completion& one : done) completed.set_value(std::move(one.answer));
    };
    callbacks.on_own_head = [](const LogState&, const std::vector<VouchFact>&,
                               const std::vector<WithdrawalFact>&) {};
    callbacks.on_arrivals = [] {};
    callbacks.signing_waits = [] { return std::optional<SigningWait>(); };
    if (on_server) callbacks.on_store_lost = [this](const Error& why) { losses.push_back(why.id); };
    writer = std::make_unique<StoreWriter>(
        std::make_unique<MemoryStore>(MemoryStore::Options{}), signer_of(OwnLog(identity, key)),
        [] { return UnixMillis{1'000}; }, std::move(callbacks), 0);
  }
  std::future<Status> change(std::function<Status(Store&)> apply) {
    auto promise = std::make_shared<std::promise<Status>>();
    writer->change(std::move(apply), [promise](const Status& done) { promise->set_value(done); });
    return promise->get_future();
  }
  template <typename T>
  static T wait(std::future<T> answer) {
    EXPECT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
    return answer.get();
  }

  SigningKey key = SigningKey::generate();
  LogIdentity identity{"seoul.example", key.public_key(), key.public_key()};
  std::promise<Result<Answer>> completed;
  std::vector<std::string> losses;  // the writer's thread's, until it has stopped
  std::unique_ptr<StoreWriter> writer;
};

TEST_F(LossTest, WhateverWaitsIsAnsweredAndNothingIsWrittenAnyMore) {
  begin(true);
  std::promise<void> go;
  bool applied = false;
  auto failed = change([may = go.get_future().share()](Store&) -> Status {
    may.wait();
    return away();
  });
  auto behind = change([&applied](Store&) {
    applied = true;
    return Status();
  });
  std::promise<Result<Published>> published;
  writer->publish(
      Gate::for_the_node_itself(), [](StoreReader&) { return Draft(); },
      [&published](Result<Published> done) { published.set_value(std::move(done)); });
  writer->submit({IntentId(1), CommitAsks{}});
  go.set_value();
  EXPECT_EQ(wait(std::move(failed)).error().id, "store.lost");
  EXPECT_EQ(wait(std::move(behind)).error().code, Code::kUnavailable);
  EXPECT_EQ(wait(published.get_future()).error().code, Code::kUnavailable);
  EXPECT_EQ(wait(completed.get_future()).error().code, Code::kIo) << "no peer is at fault";
  writer->stop();
  EXPECT_FALSE(applied);
  EXPECT_EQ(losses, std::vector<std::string>{"database.away"}) << "told once";
}

TEST_F(LossTest, OneThatWasFencedOffIsLostAsWell) {
  begin(true);
  EXPECT_EQ(wait(change([](Store&) { return Status(fenced()); })).error().code, Code::kUnavailable);
  writer->stop();
  EXPECT_EQ(losses, std::vector<std::string>{"store.fenced"});
}

TEST_F(LossTest, AnErrorOfSomethingElseLosesNothing) {
  begin(true);
  EXPECT_EQ(wait(change([](Store&) { return Status(fail(Code::kUnavailable, "later")); })).error().message,
            "later");
  EXPECT_TRUE(wait(change([](Store&) { return Status(); })).ok());
  writer->stop();
  EXPECT_TRUE(losses.empty());
}

TEST_F(LossTest, AFileIsNeverLost) {
  begin(false);
  EXPECT_EQ(wait(change([](Store&) { return Status(away()); })).error().id, "database.away");
  EXPECT_TRUE(wait(change([](Store&) { return Status(); })).ok());
}

TEST(StartOver, TriesAgainWhatPassesWithTheServerAlone) {
  Config config;
  EXPECT_FALSE(passes_with_the_server(config, away())) << "the store is a file";
  config.store_url = kNowhere;
  EXPECT_TRUE(passes_with_the_server(config, away()));
  EXPECT_TRUE(passes_with_the_server(config, fenced()));
  EXPECT_TRUE(passes_with_the_server(
      config, fail(Code::kUnavailable, Sentence{"store.written", "another process writes there"})));
  EXPECT_FALSE(passes_with_the_server(config, fail(Code::kRefused, "this user may not")));
}

TEST(StartOver, WaitsLongerEachTimeUpToFiveSeconds) {
  StartPauses pauses;
  std::vector<std::int64_t> waited;
  for (int i = 0; i < 7; ++i) waited.push_back(pauses.next().count());
  EXPECT_EQ(waited, (std::vector<std::int64_t>{200, 400, 800, 1600, 3200, 5000, 5000}));
}

class HubFolder : public testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(place.path() / "koinond.toml") << text; }
  std::string config() const {
    std::ostringstream out;
    out << std::ifstream(place.path() / "koinond.toml").rdbuf();
    return out.str();
  }

  TemporaryFolder place;
  DataFolder folder{place.path()};
};

TEST_F(HubFolder, ANodeWhoseStoreIsOnAServerLacksNoFileOfIt) {
  std::filesystem::create_directories(place.path() / "keys");
  std::ofstream(folder.key("node")) << "a key";
  EXPECT_FALSE(check_configured_node(folder).ok()) << "its store is missing";
  EXPECT_TRUE(need_files(folder, "").ok());
  write(std::string("store.url = \"") + kNowhere + "\"\n");
  EXPECT_TRUE(check_configured_node(folder).ok());
  const Status refused = need_files(folder, "use something else");
  EXPECT_EQ(refused.error().code, Code::kRefused);
  EXPECT_NE(refused.error().message.find("use something else"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("koinon@"), std::string::npos) << "nobody is told as whom it comes";
}

TEST_F(HubFolder, IsNotMadeWhereTheConfigurationNamesAnotherStore) {
  write("store.url = \"postgresql://db1.example/koinon\"\n");
  EXPECT_EQ(settle_source(folder, "postgresql://db2.example/koinon").error().code, Code::kConflict);
}

TEST_F(HubFolder, WhatCannotBeReachedIsNotWrittenIntoTheConfiguration) {
  write("http.port = 0\n");
  EXPECT_EQ(settle_source(folder, kNowhere).error().code, Code::kUnavailable);
  EXPECT_EQ(config(), "http.port = 0\n");
}

TEST_F(HubFolder, AnInitOfAServerWithAPasswordInItsAddressMakesNothing) {
  ASSERT_TRUE(init_crypto().ok());
  InitOptions wanted;
  wanted.name = "seoul.example";
  wanted.display_name = "Seoul";
  wanted.store = "postgresql://koinon:s3cret@db.example/koinon";
  const auto made =
      init_node(folder, wanted, {1'780'000'000'000}, [](const InitResult&) { return Status(); });
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::kInvalidArgument);
  EXPECT_EQ(made.error().text().find("s3cret"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.key("node")));
}

TEST_F(HubFolder, AReaderNeedsAServerAndWritesNothing) {
  EXPECT_EQ(StoreSource::of(folder, "", true).error().field, "reader");
  const auto reader = StoreSource::of(folder, kNowhere, true);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader->open_writer({}).error().code, Code::kRefused);
}

}  // namespace
}  // namespace koinon::test::hub_store_test
