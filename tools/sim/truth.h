// The truth: every log as its author signed it. What nodes hold is compared with it byte for byte, without
// the engine's own proofs.
#pragma once

#include <map>
#include <memory>
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

struct AuthoredLog {
  LogIdentity identity;
  std::size_t author = 0;
  bool honest = true;
  // An honest author has one history. An author who signs two histories has more, which share a prefix; one
  // that was restored, and of whose lost entries no peer could tell it, as well. Then it does not count as
  // honest.
  std::vector<History> histories;
  std::size_t current = 0;  // the history that its author goes on with
  const std::vector<Said>& records() const { return histories[current].records; }
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

  // A file of an honest author, and the first note that names it.
  struct File {
    CutAttachment cut;
    LogId log;
    std::optional<EntryIndex> index;  // nothing: no note names it yet
  };
  // The author took its log back, as it was with so many entries: what it had signed beyond is void, and may
  // be held until whoever holds it hears of that.
  void take_back(const LogId& log, TreeSize size);
  void add_file(CutAttachment cut, const LogId& log);
  const std::map<AttachmentId, File>& files() const { return files_; }

  // What is wrong with the records. Nothing: they are as the author signed them.
  std::optional<std::string> differs(const LogId& log, const std::vector<StoredRecord>& records) const;
  std::optional<std::string> body_differs(const LogId& log, EntryIndex index, BytesView body) const;

 private:
  std::map<LogId, AuthoredLog> logs_;
  std::map<AttachmentId, File> files_;
};

}  // namespace koinon::sim
