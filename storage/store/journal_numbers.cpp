#include "storage/store/journal_numbers.h"

#include "proto/base/limits.h"

namespace koinon {

void JournalNumbers::start(std::uint64_t reserved) {
  reserved_ = reserved;
  next_ = reserved;
}

bool JournalNumbers::is_short() const { return reserved_ - next_ < limits::kJournalBlock / 2; }

std::uint64_t JournalNumbers::next_block() const { return next_ + limits::kJournalBlock; }

Result<JournalSeq> JournalNumbers::next() const {
  if (next_ >= reserved_) return fail(Code::kInternal, "no journal number is reserved", "journal");
  return JournalSeq(next_);
}

}  // namespace koinon
