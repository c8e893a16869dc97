// The truth: every log as its author signed it. What nodes hold is compared with it byte for byte, without
// the engine's own proofs.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "crypto/log_state.h"

namespace koinon::sim {

struct Said {
  Hash leaf;
  Bytes entry;
  Bytes body;
  std::optional<EntryIndex> erased_by;
};

struct History {
  std::vector<Said> records;
};

// What somebody else has signed with a key of the log: a branch of its own, or what follows the author's
// entries.
struct Forgery {
  std::size_t history = 0;   // among the log's
  std::uint64_t shared = 0;  // so many entries are the author's
};

struct AuthoredLog {
  LogIdentity identity;
  std::size_t author = 0;
  bool honest = true;
  // An honest author has one history. An author who signs two histories has more, which share a prefix; one
  // that was restored, and of whose lost entries no peer could tell it, as well. Then it does not count as
  // honest.
  std::vector<History> histories;
  std::size_t current = 0;  // the history that its author goes on with
  std::uint64_t recoveries = 0;
  // What thieves have signed under the current origin. Until the author takes its log back nobody knows which
  // entries are to stand, and some freeze the log.
  std::vector<Forgery> forgeries;
  std::set<std::uint64_t> stolen_origins;  // by number of recoveries: thieves have signed under these
  const std::vector<Said>& records() const { return histories[current].records; }
  // Whether what the author has signed is what everybody is to hold.
  bool stands() const { return honest && forgeries.empty(); }
};

class Truth {
 public:
  void add_log(const LogIdentity& identity, std::size_t author, bool honest);
  // The author signed this run. `history`: in which of its histories.
  void said(const LogId& log, const std::vector<StoredRecord>& records, std::size_t history = 0);
  // The author was put back to fewer entries, nobody has seen the others, and it goes on from here.
  void forget_after(const LogId& log, TreeSize size);
  // The same where somebody has seen them: there are two histories now, and the author goes on with the
  // second.
  void part_ways(const LogId& log, TreeSize size);
  // Begins another history with the first `shared` records of the first one.
  std::size_t fork(const LogId& log, EntryIndex shared);
  // Whether a city is known. A city that a liar invents is not.
  bool known(const LogId& log) const { return logs_.contains(log); }
  const AuthoredLog& log(const LogId& log) const { return logs_.at(log); }
  const std::map<LogId, AuthoredLog>& logs() const { return logs_; }
  // Those with more than one history. Few of many logs are.
  const std::set<LogId>& parted() const { return parted_; }

  // A file of an honest author, and the first note that names it.
  struct File {
    CutAttachment cut;
    LogId log;
    std::optional<EntryIndex> index;  // nothing: no note names it yet
  };
  // The author took its log back, as it was with so many entries: what it had signed beyond is void, and may
  // be held until whoever holds it hears of that.
  void take_back(const LogId& log, TreeSize size);
  // A thief signed this run under the origin of so many recoveries. `branch`: of its forgery, that the run
  // continues; nothing: the run begins one. Gives the history of the forgery.
  std::size_t forged(const LogId& log, std::uint64_t recoveries, std::optional<std::size_t> branch,
                     const std::vector<StoredRecord>& records);
  // The author's own log has these entries, of whomever, and goes on with them.
  void adopted(const LogId& log, const std::vector<StoredRecord>& records);
  void add_file(CutAttachment cut, const LogId& log);
  const std::map<AttachmentId, File>& files() const { return files_; }

  // What is wrong with the records. Nothing: they are as the author signed them.
  std::optional<std::string> differs(const LogId& log, const std::vector<StoredRecord>& records) const;
  std::optional<std::string> body_differs(const LogId& log, EntryIndex index, BytesView body) const;

 private:
  std::map<LogId, AuthoredLog> logs_;
  std::set<LogId> parted_;
  std::map<AttachmentId, File> files_;
};

}  // namespace koinon::sim
