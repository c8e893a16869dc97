// Changes the keys of a node that runs: its signing key, and its log's recovery words.
//
// A new signing key is on disk before anything is signed that names it, and takes the place of the old one
// after that is durable: a start finds out where a change was cut short (FolderInUse::settle_next_key).
//
// New recovery words are a statement that whoever has the old ones signs elsewhere. It counts once the public
// file beside the keys has it: the one step that decides. This process signs nothing from then on; the next
// start takes the statement in (take_statements), as after `koinon recover`.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "node/daemon/daemon_log.h"
#include "node/daemon/data_folder.h"
#include "node/publishing/key_changed.h"
#include "node/replication/store_writer.h"
#include "node/transport/network.h"

namespace koinon {

class KeyChanges {
 public:
  struct Parts {
    const DataFolder& folder;
    std::string passphrase_file;  // seals the new key as it does the others
    LogId log;
    StoreWriter& writer;
    Network& network;
    DaemonLog& log_lines;
  };
  using Done = std::function<void(Result<KeyChanged>)>;

  explicit KeyChanges(Parts parts) : parts_(std::move(parts)) {}

  // Any thread. kConflict: a change is under way. The answers come on the writer's thread, which is held up
  // for as long as opening and sealing keys takes, or at once.
  void change(const SigningPermit& permit, Done done);
  // What a statement must say that changes the recovery words now. The key that it names is on disk.
  void prepare_words(const SigningPermit& permit, std::function<void(Result<WordsWanted>)> done);
  // Takes that statement. One that was taken before has the same answer.
  void change_words(const SigningPermit& permit, const Bytes& note,
                    const std::function<void(Result<KeyHistory>)>& done);

 private:
  Result<SigningKey> prepare(const KeyHistory& stated) const;
  void sign(const SigningPermit& permit, const SigningKey& next, const Done& done);
  void on_signed(const SigningKey& next, const Published& published, const Done& done);
  void finish(const Done& done, const Result<KeyChanged>& result);
  template <typename Answer>
  void on_writer(std::function<Result<Answer>(StoreReader&)> act, std::function<void(Result<Answer>)> done);
  Result<WordsWanted> words_wanted(StoreReader& store) const;
  Result<KeyHistory> state_words(StoreReader& store, const Bytes& note);
  std::optional<KeyHistory> stated_before(const Bytes& note) const;

  Parts parts_;
  std::atomic<bool> under_way_ = false;
};

}  // namespace koinon
