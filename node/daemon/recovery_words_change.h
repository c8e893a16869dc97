// Changes the recovery words of the log of a node that runs.
//
// New words are a statement that whoever has the old ones signs elsewhere. It counts once the public file
// beside the keys has it: the one step that decides. This process signs nothing from then on; the next start
// takes the statement in (take_statements), as after `koinon recover`.
#pragma once

#include <functional>
#include <optional>

#include "node/daemon/key_change_parts.h"
#include "node/publishing/key_changing.h"

namespace koinon {

class RecoveryWordsChange {
 public:
  template <typename Answer>
  using Done = std::function<void(Result<Answer>)>;

  explicit RecoveryWordsChange(KeyChangeParts parts) : parts_(std::move(parts)) {}

  // Any thread. kConflict: a change is under way. The answers come on the writer's thread, which is held up
  // for as long as opening and sealing keys takes, or at once.
  //
  // What a statement must say that changes the recovery words now. The key that it names is on disk.
  void prepare(Done<WordsWanted> done);
  // Takes that statement. One that was taken before has the same answer.
  void change(const Bytes& note, Done<KeyHistory> done);

 private:
  template <typename Answer>
  void act(std::function<Result<Answer>(StoreReader&)> act, Done<Answer> done);
  Result<WordsWanted> words_wanted(StoreReader& store) const;
  Result<KeyHistory> state_words(StoreReader& store, const Bytes& note);
  std::optional<KeyHistory> stated_before(const Bytes& note) const;

  KeyChangeParts parts_;
};

}  // namespace koinon
