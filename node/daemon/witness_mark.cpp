#include "node/daemon/witness_mark.h"

#include <utility>

namespace koinon {
namespace {

// Of all that a mark names, a witness has the number of its cosignatures alone.
MarkState state_of(std::uint64_t made) {
  MarkState out;
  out.cosigned = made;
  return out;
}

}  // namespace

Result<WitnessMark> WitnessMark::open(const std::string& folder, const PublicKey& key) {
  WitnessMark out;
  auto file = MarkFile::open(folder, key);
  if (file.ok()) {
    out.file_.emplace(std::move(*file));
    out.found_ = out.file_->read();
    return out;
  }
  const Error& why = file.error();
  if (why.code == Code::kConflict) return why;
  if (why.code == Code::kUnavailable)
    return fail(Code::kRefused,
                "another process on this machine witnesses with the same key; end one of the two, and start "
                "koinond again",
                why.field);
  out.trouble_ = why;
  return out;
}

bool WitnessMark::is_ahead_of(std::uint64_t made) const {
  return found_ && compare_mark(*found_, state_of(made)) == MarkSays::kBehind;
}

Status WitnessMark::keep(std::uint64_t made) {
  if (!file_ || kept_ == made) return {};
  const Status written = file_->write({state_of(made), state_of(made)});
  if (written.ok()) {
    kept_ = made;
    trouble_.reset();
    return {};
  }
  kept_.reset();
  trouble_ = written.error();
  return file_->remove();
}

}  // namespace koinon
