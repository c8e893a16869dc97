#include <algorithm>
#include <functional>
#include <utility>

#include <md4c.h>

#include "node/text/markdown.h"
#include "node/text/plain_text.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// Only blocks matter here. These characters mean something inside a line alone, and md4c takes long for some
// of them: it sees a letter instead.
std::string without_inline_marks(std::string text) {
  for (char& c : text) {
    if (c == '[' || c == ']' || c == '<' || c == '&' || c == '\\') c = 'x';
  }
  return text;
}

// Learns from md4c where the code of a text stands. md4c hands out each line of code as a piece of the text
// that it reads.
class CodeReader {
 public:
  explicit CodeReader(std::string_view text) : text_(text) {
    code_.lines.resize(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  }

  void enter(MD_BLOCKTYPE type) {
    if (type != MD_BLOCK_CODE) return;
    inside_ = begins_ = true;
    ++code_.blocks;
  }
  void leave(MD_BLOCKTYPE type) { inside_ = inside_ && type != MD_BLOCK_CODE; }
  void take(const char* piece) {
    // Line ends and indentation come from md4c's own memory.
    const std::less<> before;
    if (!inside_ || before(piece, text_.data()) || !before(piece, text_.data() + text_.size())) return;
    const auto at = static_cast<std::size_t>(piece - text_.data());
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(seen_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    seen_ = at;
    code_.lines[line_] = true;
    if (std::exchange(begins_, false)) code_.last_begins = line_;
  }
  MarkdownCode result() && { return std::move(code_); }

 private:
  std::string_view text_;
  MarkdownCode code_;
  bool inside_ = false;
  bool begins_ = false;   // the block has had no line yet
  std::size_t seen_ = 0;  // blocks come in the order of the text: up to here its lines are counted
  std::size_t line_ = 0;
};

CodeReader& reader(void* data) { return *static_cast<CodeReader*>(data); }

}  // namespace

std::optional<MarkdownCode> markdown_code(std::string_view text) {
  const std::string shown = without_inline_marks(plain_text(text));
  if (markdown_cost(shown).depth > limits::kMarkdownDepth) return std::nullopt;
  CodeReader out(shown);
  MD_PARSER parser{};
  parser.flags = MD_FLAG_NOHTML;
  parser.enter_block = [](MD_BLOCKTYPE type, void*, void* data) {
    reader(data).enter(type);
    return 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* data) {
    reader(data).leave(type);
    return 0;
  };
  parser.enter_span = [](MD_SPANTYPE, void*, void*) { return 0; };
  parser.leave_span = [](MD_SPANTYPE, void*, void*) { return 0; };
  parser.text = [](MD_TEXTTYPE, const MD_CHAR* chars, MD_SIZE, void* data) {
    reader(data).take(chars);
    return 0;
  };
  if (md_parse(shown.data(), static_cast<MD_SIZE>(shown.size()), &parser, &out) != 0) return std::nullopt;
  return std::move(out).result();
}

}  // namespace koinon
