// A group of writes, carried out as one transaction.
#include <optional>

#include "node/replication/execute.h"
#include "node/replication/room_claims.h"

namespace koinon {
namespace {

bool follows(const CommitRun& before, const CommitRun& next) {
  return next.run.log == before.run.log && next.own == before.own && !next.run.records.empty() &&
         next.run.records.front().index.value == before.run.after.size().value;
}

// The runs of one log, from this intent on, each of which goes on where the one before it ends.
std::vector<const CommitRun*> runs_in_order(const std::vector<Intent>& intents, std::size_t at) {
  std::vector<const CommitRun*> out;
  for (; at < intents.size(); ++at) {
    const auto* next = std::get_if<CommitRun>(&intents[at].body);
    if (next == nullptr || (!out.empty() && !follows(*out.back(), *next))) break;
    out.push_back(next);
  }
  return out;
}

bool is_of_disk(const Error& error) { return error.code == Code::kDiskFull || error.code == Code::kIo; }

class GroupOfWrites {
 public:
  GroupOfWrites(Store& store, const std::vector<Intent>& intents, std::uint64_t reserve)
      : store_(store), intents_(intents), room_(store, reserve) {
    out_.reserve(intents.size());
  }

  std::vector<Completion> run(bool durable, const BeforeCommit& before_commit) {
    status_ = store_.begin(durable);
    const bool begun = status_.ok();
    while (out_.size() < intents_.size()) {
      if (!write_runs()) write_one();
    }
    if (!begun) return std::move(out_);
    if (status_.ok() && cosigned_ && before_commit) status_ = before_commit(store_);
    if (status_.ok()) {
      status_ = store_.commit();
    } else {
      store_.rollback();
    }
    if (!status_.ok()) {
      for (Completion& completion : out_) completion.answer = status_.error();
    }
    return std::move(out_);
  }

 private:
  // A log that comes from a peer comes in many runs, and each write of a run has its price, however few its
  // records are. False: each is to be tried for itself, and some may stand.
  bool write_runs() {
    if (!status_.ok() || out_.size() < apart_until_) return false;
    const std::size_t begin = out_.size();
    const auto runs = runs_in_order(intents_, begin);
    if (runs.size() < 2) return false;
    apart_until_ = begin + runs.size();
    RoomLeft room = room_;
    for (std::size_t i = begin; i < apart_until_; ++i) {
      const auto claim = room_claim_of(intents_[i].body);
      if (claim && !room.take(*claim)) return false;
    }
    const auto stored = execute_runs(store_, runs);
    if (!stored.ok()) return false;
    room_ = room;
    for (const RunStored& one : *stored) out_.push_back({intents_[out_.size()].id, Answer(one)});
    return true;
  }

  void write_one() {
    const Intent& intent = intents_[out_.size()];
    if (const auto claim = room_claim_of(intent.body); claim && status_.ok() && !room_.take(*claim)) {
      out_.push_back({intent.id, refused_for_own()});
      // The next run of a log would not continue it.
      if (std::holds_alternative<CommitRun>(intent.body)) room_.close_for_others();
      return;
    }
    out_.push_back(
        {intent.id, status_.ok() ? execute_write(store_, intent.body) : Result<Answer>(status_.error())});
    // A full disk may have undone the whole transaction already: what followed would stand alone.
    const auto& answer = out_.back().answer;
    cosigned_ = cosigned_ || (answer.ok() && is_cosigning(intent.body));
    if (status_.ok() && !answer.ok() && is_of_disk(answer.error())) status_ = answer.error();
  }

  Store& store_;
  const std::vector<Intent>& intents_;
  RoomLeft room_;
  Status status_;
  bool cosigned_ = false;
  std::size_t apart_until_ = 0;  // the intents before this one are written for themselves
  std::vector<Completion> out_;
};

}  // namespace

std::vector<Completion> execute_writes(Store& store, const std::vector<Intent>& intents, bool durable,
                                       std::uint64_t reserve, const BeforeCommit& before_commit) {
  return GroupOfWrites(store, intents, reserve).run(durable, before_commit);
}

}  // namespace koinon
