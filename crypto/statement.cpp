#include "crypto/statement.h"

#include <array>
#include <vector>

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kStatementLine = "koinon/v1 rotation";
constexpr std::size_t kStatementLines = 7;

Error no_statement(std::string why) { return fail(Code::kMalformed, std::move(why), "statement"); }

// Whole lines; an empty one is malformed.
Result<std::vector<std::string_view>> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || end == 0 || lines.size() > kStatementLines)
      return no_statement("a statement has seven lines, or eight");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < kStatementLines || lines.front() != kStatementLine)
    return no_statement("a statement has seven lines, or eight, and begins with 'koinon/v1 rotation'");
  return lines;
}

template <typename Fixed>
Result<Fixed> read_base64(std::string_view line, std::string_view what) {
  const auto bytes = from_base64(line);
  if (!bytes.ok() || bytes->size() != Fixed::kSize)
    return no_statement(std::string(what) + " is not 32 bytes of base64");
  return Fixed::from(*bytes);
}

}  // namespace

std::string Statement::text() const {
  std::string out(kStatementLine);
  const std::array<std::string, 6> lines = {to_text(log),
                                            std::to_string(sequence),
                                            to_base64(before.view()),
                                            std::to_string(size.value),
                                            to_base64(root.view()),
                                            key.text()};
  for (const std::string& line : lines) out += "\n" + line;
  out += "\n";
  if (recovery_key) out += to_base64(recovery_key->view()) + "\n";
  return out;
}

Hash Statement::digest() const { return sha256(text()); }

Result<Statement> parse_statement_text(std::string_view text) {
  KOINON_ASSIGN(const auto lines, lines_of(text));
  Statement out;
  KOINON_ASSIGN(out.log, parse_log_id(lines[1]));
  const auto sequence = parse_decimal(lines[2]);
  if (!sequence.ok() || *sequence == 0 || *sequence > limits::kStatements)
    return no_statement("the sequence number is from 1 to 64");
  out.sequence = *sequence;
  KOINON_ASSIGN(out.before, read_base64<Hash>(lines[3], "the digest of the statement before"));
  const auto size = parse_decimal(lines[4]);
  if (!size.ok() || *size == 0 || *size > limits::kMaxLogSize)
    return no_statement("the size is out of range");
  out.size = TreeSize(*size);
  KOINON_ASSIGN(out.root, read_base64<Hash>(lines[5], "the root"));
  KOINON_ASSIGN(out.key, parse_vkey(lines[6]));
  if (out.key.type != SignatureType::kEd25519) return no_statement("the new key is not one that signs notes");
  if (lines.size() > kStatementLines) {
    KOINON_ASSIGN(out.recovery_key, read_base64<PublicKey>(lines[7], "the new recovery key"));
  }
  // One text for each statement: its digest is what the next one names.
  if (out.text() != text) return no_statement("a statement is not written as its specification says");
  return out;
}

std::string sign_statement(const Statement& statement, std::string_view origin_before,
                           const SigningKey& key) {
  SignedNote note;
  note.text = statement.text();
  note.signatures.push_back(sign_note(note.text, origin_before, key));
  return note.encode();
}

}  // namespace koinon
