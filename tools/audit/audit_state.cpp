#include "tools/audit/audit_state.h"

#include <system_error>

#include "crypto/checkpoint.h"
#include "crypto/key_file.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::audit {
namespace {

constexpr std::string_view kStateMagic = "koinon-audit/v1\n";

Error damaged_state(const std::string& why) { return fail(Code::kMalformed, why, "state"); }

// Takes the next line if it begins with the word, and returns the rest of it.
std::optional<std::string_view> take_word(BytesView& text, std::string_view word) {
  const auto end = text.find('\n');
  if (end == BytesView::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  if (!line.starts_with(word) || line.substr(word.size()).substr(0, 1) != " ") return std::nullopt;
  text.remove_prefix(end + 1);
  return line.substr(word.size() + 1);
}

Status take_seconds(BytesView& text, std::string_view word, std::optional<std::uint64_t>& out) {
  const auto value = take_word(text, word);
  if (!value) return {};
  KOINON_ASSIGN(out, parse_decimal(*value));
  return {};
}

Result<Bytes> take_bytes(BytesView& text, std::string_view word) {
  const auto value = take_word(text, word);
  if (!value) return Bytes();
  KOINON_ASSIGN(Bytes out, from_base64(*value));
  if (out.empty()) return damaged_state("a line of it is empty");
  return out;
}

}  // namespace

std::string AuditState::text() const {
  std::string out(kStateMagic);
  if (!checkpoint.empty())
    out += "checkpoint " + to_base64(checkpoint) + "\nread " + std::to_string(read.value) + "\n";
  if (!keys.empty()) out += "keys " + to_base64(keys) + "\n";
  if (quorum_seen) out += "quorum-seen " + std::to_string(*quorum_seen) + "\n";
  if (quorum_missing) out += "quorum-missing " + std::to_string(*quorum_missing) + "\n";
  return out;
}

Result<AuditState> parse_audit_state(BytesView text) {
  if (text.size() > limits::kAuditStateBytes)
    return fail(Code::kTooLarge, "it is larger than the state of an audit can be", "state");
  if (!text.starts_with(kStateMagic)) return damaged_state("it is not the state of an audit");
  text.remove_prefix(kStateMagic.size());
  AuditState out;
  KOINON_ASSIGN(out.checkpoint, take_bytes(text, "checkpoint"));
  if (!out.checkpoint.empty()) {
    KOINON_ASSIGN(const SignedNote note, parse_note(out.checkpoint));
    KOINON_ASSIGN(const Checkpoint head, parse_checkpoint_text(note.text));
    const auto read = take_word(text, "read");
    if (!read) return damaged_state("a line of it is missing");
    KOINON_ASSIGN(const std::uint64_t count, parse_decimal(*read));
    if (count > head.size.value) return damaged_state("it has read more than there is");
    out.read = TreeSize(count);
  }
  KOINON_ASSIGN(out.keys, take_bytes(text, "keys"));
  KOINON_TRY(take_seconds(text, "quorum-seen", out.quorum_seen));
  KOINON_TRY(take_seconds(text, "quorum-missing", out.quorum_missing));
  if (!text.empty()) return damaged_state("it has a line that says nothing");
  return out;
}

Result<StateFile> StateFile::take(const std::filesystem::path& named) {
  std::error_code failed;
  const auto path = std::filesystem::absolute(named, failed);
  if (failed) return fail(Code::kIo, failed.message(), named.string());
  KOINON_TRY(backup::make_folder(path.parent_path()));
  KOINON_ASSIGN(auto lock, backup::DiskFile::open_to_change(path.string() + ".lock"));
  KOINON_ASSIGN(const bool is_ours, lock.lock());
  if (!is_ours)
    return fail(Code::kUnavailable, "another koinon audit-log uses this state; it may go on", path.string());
  return StateFile(path, std::move(lock));
}

Result<AuditState> StateFile::load() const {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) return AuditState();
  KOINON_ASSIGN(const Bytes text, read_file(path_, limits::kAuditStateBytes));
  auto state = parse_audit_state(text);
  if (!state.ok())
    return fail(Code::kMalformed,
                "the state of the audit is damaged (" + state.error().message +
                    "); put a copy of it back, or move it away: the log is then read from its beginning",
                path_.string());
  return state;
}

Status StateFile::save(const AuditState& state) const { return backup::write_whole(path_, state.text()); }

}  // namespace koinon::audit
