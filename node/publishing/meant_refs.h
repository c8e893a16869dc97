// Which entries the refs of a note meant when it was written. A note may wait, as a draft or to be signed.
// Meanwhile what it refers to may become void and another entry stand there, or a name that it uses may
// become another city's: the note was not written about that one, and is not signed.
//
// Pure; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct MeantRef {
  std::string text;  // as the note has it
  LogId log;
  EntryIndex index;
  Hash leaf;
};

// The refs of an entry as the desk keeps them (StoredDraft::meant, HeldNote::meant), each beside its text.
// `texts` has those of the note in the order of the entry. Refs without a leaf are left out.
Bytes meant_by(const v1::Entry& entry, const std::vector<std::string>& texts);
// Nothing: the text means nothing that is held here.
using FindMeant = std::function<std::optional<MeantRef>(const std::string& text)>;
// The same of a note that was written before and is written again. A text that it has had keeps what it meant
// first, whatever it would mean now. Another text means what `find` says.
Bytes still_meant(const Bytes& before, const std::vector<std::string>& texts, const FindMeant& find);
// If it is known what was meant, a ref that means something else by now is refused: with refers_to_void if
// another entry took the place of what was meant, else with a sentence that says to name it in full.
Status check_meant(const Bytes& meant, const v1::Entry& entry);
Error refers_to_void();

}  // namespace koinon
