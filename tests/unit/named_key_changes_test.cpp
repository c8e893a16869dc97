// A new node key: what the operator said of it is kept before the log names it.
#include "node/daemon/named_key_changes.h"

#include <future>

#include "node/publishing/gate.h"
#include "node/publishing/node_key_wait.h"
#include "storage/store/sqlite_store.h"
#include "tests/unit/node_folder.h"

namespace koinon::test::named_key_changes_test {
namespace {

class NamedKeyChangesTest : public NodeFolder {
 protected:
  // Whether a start would use the next key whoever knows it.
  static bool is_word_kept(StoreWriter& writer, const NodeKey& next) {
    std::promise<bool> kept;
    writer.change(
        [&](Store& store) -> Status {
          const auto wait = read_node_key_wait(store, next);
          kept.set_value(wait.ok() && wait->now);
          return {};
        },
        [](const Status&) {});
    return kept.get_future().get();
  }
};

// As a crash would, whatever refuses the entry comes between.
TEST_F(NamedKeyChangesTest, TheWordIsKeptBeforeTheEntryIsSigned) {
  const DataFolder folder(place.path());
  auto open = open_keys(folder, "");
  ASSERT_TRUE(open.ok() && open->keys.city);
  auto store = open_sqlite_store(folder.store(), with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(store.ok());
  const auto log = (*store)->own_log();
  ASSERT_TRUE(log.ok() && *log);
  StoreWriter::Callbacks callbacks;
  callbacks.on_completions = [](const std::vector<Completion>&) {};
  callbacks.on_own_head = [](const LogState&, const std::vector<VouchFact>&,
                             const std::vector<WithdrawalFact>&) {};
  callbacks.on_arrivals = [] {};
  callbacks.signing_waits = [] { return std::optional<SigningWait>(); };
  StoreWriter writer(
      std::move(*store), Error(fail(Code::kUnavailable, "nothing is signed", "log")),
      [] { return UnixMillis{1'000}; }, std::move(callbacks), 0);
  const SigningKey key = SigningKey::generate();
  OwnKeys keys({{key, SealingKey::from(Bytes(32, 's')), key}});
  const DaemonLog lines("error", "text");
  KeyChangeGuard guard;
  NamedKeyChanges changes({folder, "", **log, writer, guard, lines}, keys);
  const auto refused_with = [&changes] {
    std::promise<Code> code;
    changes.change(Gate::for_the_node_itself(), {NewKey::kNode, true},
                   [&](const Result<NamedKeyChanged>& result) { code.set_value(result.error().code); });
    return code.get_future().get();
  };
  ASSERT_TRUE(guard.begin().ok());
  EXPECT_EQ(refused_with(), Code::kConflict) << "another key is being changed";
  EXPECT_FALSE(keys.keys().next_node);
  guard.end();
  for (const bool now : {true, false}) {
    std::promise<Result<NamedKeyChanged>> done;
    changes.change(Gate::for_the_node_itself(), {NewKey::kNode, now},
                   [&](const Result<NamedKeyChanged>& result) { done.set_value(result); });
    EXPECT_FALSE(done.get_future().get().ok());
    const auto next = keys.keys().next_node;
    ASSERT_TRUE(next);
    EXPECT_EQ(is_word_kept(writer, NodeKey::from(next->public_key().view())), now) << "the last one counts";
  }
}

}  // namespace
}  // namespace koinon::test::named_key_changes_test
