// How far we are in each peer's journal. A row stays open, and the cursor behind it, until what it tells of
// is stored or refused.
#pragma once

#include "node/engine/head_asks.h"
#include "node/engine/intake.h"
#include "node/engine/seen_heads.h"

namespace koinon::engine {

class Cursors {
 public:
  Cursors(Effects& effects, Peers& peers, Logs& logs, Links& links, Intake& intake, HeadAsks& asks,
          const SeenHeads& seen)
      : effects_(effects),
        peers_(peers),
        logs_(logs),
        links_(links),
        intake_(intake),
        asks_(asks),
        seen_(seen) {}

  // The peer is ready. Its rows count in the epoch of its Hello: within the stored cursor's epoch we go on
  // there. In another one we have passed nothing yet; the stored cursor stays until the first one of the new
  // epoch is saved, since the peer goes on from it.
  void begin(Link& link);
  // Rows up to here were sent, or need no sending.
  void pass(Link& link, JournalSeq row);
  // The row is open until it is settled. It takes the place of the log's older one; a head without a row, or
  // with an older one, settles nothing of the row that is open.
  void open(Link& link, const LogId& log, JournalSeq row);
  // The rows of `log` up to `row` are done. `answered`: nothing remains to be asked of the peer about the
  // log. A link that has ended is no matter.
  void settle(SessionId link, const LogId& log, JournalSeq row, bool answered = true);
  // The cursor that the peer's journal may be left at once the rows of `log` up to `row` are done; nothing if
  // it does not move. A later row of the same log is open still: its entries are yet to come.
  std::optional<PeerCursor> after(const Link& link, const LogId& log, JournalSeq row) const;
  // Every row of its journal up to this one is done with.
  JournalSeq done(const Link& link) const;
  // The store holds the cursor.
  void note_saved(Link& link, JournalSeq seq);
  // Has the store save how far we are, one commit at a time.
  void save(Link& link);
  void save_all();

  // No cursor moves while the store has not taken this of the log: a crash would forget it, and the row that
  // told of it would not be told again.
  enum class Untaken : unsigned char { kEvidence, kStatements };
  void hold(const LogId& log, Untaken what) { held_by_.emplace(log, what); }
  void let_go(const LogId& log, Untaken what);

 private:
  Effects& effects_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  Intake& intake_;
  HeadAsks& asks_;
  const SeenHeads& seen_;
  std::set<std::pair<LogId, Untaken>> held_by_;
};

}  // namespace koinon::engine
