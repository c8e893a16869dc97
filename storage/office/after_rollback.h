// What becomes of office.db once it is proven that the node was put back to an earlier state: office.db is
// from then as well. What it wants signed may be signed already, its messages may be sent already, and its
// tokens may have been taken back since. So nothing of it goes on by itself. An office that was made anew
// with its store is newer than all that was lost: the rollback that the store's first start finds out sets
// nothing of it aside. From then on it is as any other.
#pragma once

#include <optional>

#include "proto/base/types.h"
#include "storage/office/office_db.h"

namespace koinon {

struct SetAside {
  std::size_t notes = 0;        // queued, held, scheduled, or with a reviewer: each waits for a person's look
  std::size_t messages = 0;     // mails and webhooks' messages that are given up
  std::size_t credentials = 0;  // tokens, feed addresses and one-time links that are paused
  bool done_before = false;     // for the same proof: nothing was changed
  bool is_new() const { return !done_before; }
};

// What waits for a person's look still.
struct Waits {
  std::uint64_t notes = 0;
  std::uint64_t credentials = 0;
};
Result<Waits> waits_for_look(OfficeDb& db);

// Webhooks, digests and mails tell what arrives after `newest`, and of that only what was signed after
// `proven_at`: what comes back from peers was told before. People log in anew. One transaction, done once for
// each `proven_at`. What was asked for and made since the copy was put back goes with the rest: whoever did
// so may have lost the right to it after the copy was made.
Result<SetAside> set_aside_after(OfficeDb& db, UnixMillis proven_at, ArrivalSeq newest);
// Whoever makes an office.db anew for a store that is made anew says so.
Status note_made_anew(OfficeDb& db);
// It came with a copy of its node, or its node has started: whatever it was made for, a copy of it may be
// older than what was lost. Each start says so once it has set aside what it must, before anybody is served.
Status note_in_use(OfficeDb& db);
// When the last rollback was proven for which this was done. Nothing: there was none.
Result<std::optional<UnixMillis>> set_aside_at(OfficeDb& db);

}  // namespace koinon
