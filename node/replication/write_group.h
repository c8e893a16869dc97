// How what waits to be written is grouped, and how a group is carried out on a store. The daemon's writer and
// the simulator's nodes both run these rules; when, on which thread and on which clock is theirs.
//
// A WriteQueue does not lock. The functions belong to the thread that owns the store.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "node/replication/drafts.h"
#include "node/replication/execute.h"

namespace koinon {

// Something for our own log.
struct DraftWrite {
  DraftMaker maker;
  std::function<void(Result<Published>)> done;
};
// A change of peers or settings.
struct ChangeWrite {
  std::function<Status(Store&)> apply;
  std::function<void(Status)> done;
};

// Of one sort: two of the three are empty.
struct WriteGroup {
  std::vector<Intent> intents;
  std::vector<DraftWrite> drafts;
  std::vector<ChangeWrite> changes;
  std::uint64_t bytes = 0;  // of what intents bring
};

class WriteQueue {
 public:
  // Not inline: whoever includes this header would compile all that moves an Intent.
  void add(Intent intent);
  void add(DraftWrite draft);
  void add(ChangeWrite change);
  bool empty() const { return own_.empty() && intents_.empty(); }
  // Not written, and not counted by empty(): whoever asks whether the thread still turns.
  void add_question(std::function<void()> answer) { questions_.push_back(std::move(answer)); }
  bool is_asked() const { return !questions_.empty(); }
  std::vector<std::function<void()>> take_questions() { return std::exchange(questions_, {}); }

  // What is to be written next: limits::kWriteGroup at most, all of one sort, in their order. Empty if
  // nothing waits. Intents end with the one that makes them so large, as WritePace has it.
  WriteGroup take(std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max());

 private:
  using Own = std::variant<DraftWrite, ChangeWrite>;

  std::deque<Own> own_;         // drafts and changes, in their order
  std::deque<Intent> intents_;  // in their order
  std::vector<std::function<void()>> questions_;
  bool own_was_last_ = false;
};

struct IntentsWritten {
  std::vector<Completion> completions;  // one for each intent, in order
  bool arrivals = false;                // something that arrivals show was to be written
  bool cosigned = false;                // something was cosigned, and is durable
};
// One transaction for all. Durable if one of them must not be lost. If the commit fails, so has each of them:
// the engine asks again. `reserve`: bytes of the disk that are kept for our own log. `before_commit` is
// called where one of them has cosigned. If that answers kUnavailable, because nothing may be cosigned at
// this moment, the others are written without what cosigns.
IntentsWritten write_intents(Store& store, const std::vector<Intent>& intents, std::uint64_t reserve,
                             const BeforeCommit& before_commit = {});

// One durable transaction for all. An error: none of them stands, unless it says that nobody knows (of_commit
// in store_loss.h). `before_commit` is called where something
// was signed.
Result<PublishedBatch> write_drafts(Store& store, const DraftSigner& signer,
                                    const std::vector<DraftWrite>& drafts, UnixMillis now,
                                    const BeforeCommit& before_commit = {});
// Tells each draft of a group what has become of it.
void answer_drafts(const std::vector<DraftWrite>& drafts, const Result<PublishedBatch>& written);

// A durable transaction of its own. The caller tells who asked.
Status write_change(Store& store, const std::function<Status(Store&)>& apply);

}  // namespace koinon
