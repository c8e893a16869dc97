// Proposals to change a note, and what its city has said to them. PROTOCOL.md, "Content of records".
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include <string>
#include <vector>

#include "node/reading/summary_view.h"

namespace koinon {

enum class ProposalState : unsigned char { kOpen, kAccepted, kDeclined };
std::string_view proposal_state_text(ProposalState state);  // "open", …

struct ProposalView {
  SummaryView note;  // the proposal
  std::string of;    // the note that it would change
  std::string of_title;
  std::string of_language;
  std::string newest;   // the newest version of that note, which a revision would revise
  std::string section;  // a field of Practice; empty: the note as a whole
  std::string instead_of;
  std::string text;
  std::string reason;
  ProposalState state = ProposalState::kOpen;
  std::string settled_by;  // the ref of the revision or the reply that settled it; empty: it is open
  std::string why;         // it is declined, as the reply says
};

// kNotFound: it is not here. kInvalidArgument: it is no proposal, or its text is not here.
Result<ProposalView> read_proposal(Directory& directory, StoreReader& store, IndexReader& index,
                                   const LogId& log, EntryIndex entry);
// The proposals to change a record or another version of it, the newest first; at most
// limits::kProposalsShown, each of their texts cut short where it is long. Those that were taken back are
// left out, and those of more than 128 KiB, which can be read alone. Of many thousands only the newest are
// looked at.
Result<std::vector<ProposalView>> read_proposals_to(Directory& directory, StoreReader& store,
                                                    IndexReader& index, const LogId& log, EntryIndex entry);

}  // namespace koinon
