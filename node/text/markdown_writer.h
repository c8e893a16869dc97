// What the two forms of a Markdown text share that md4c reads. For the files of markdown.* alone.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <md4c.h>

namespace koinon {

// Stands for an asterisk that is a key on a telephone. No other text has this character.
inline constexpr char kStarKey = '\x01';

// The characters for which &#8364; or &amp; stands. Nothing: browsers may know this name, but we do not.
std::optional<std::string> entity_text(std::string_view entity);

// The part that both forms share: the output, its largest size, and the time that it may take.
class MarkdownWriter {
 public:
  MarkdownWriter(std::size_t most, std::chrono::nanoseconds deadline);
  virtual ~MarkdownWriter() = default;
  MarkdownWriter(const MarkdownWriter&) = delete;
  MarkdownWriter& operator=(const MarkdownWriter&) = delete;

  virtual void enter(MD_BLOCKTYPE type, void* detail) = 0;
  virtual void leave(MD_BLOCKTYPE type, void* detail) = 0;
  virtual void enter(MD_SPANTYPE type, void* detail) = 0;
  virtual void leave(MD_SPANTYPE type, void* detail) = 0;
  virtual void text(MD_TEXTTYPE type, std::string_view text) = 0;

  // Below zero: stop. No other value ends md4c in all its callbacks.
  int stop();
  std::string take();

 protected:
  // Code in a cell of a table: its bars are written \|, or they would end the cell.
  static std::string code_in_cell(std::string_view code);
  // More than may be shown is written already: what follows is in vain.
  bool is_full() const { return out_.size() > most_; }
  // The address of a link or an image. Nothing: only its text is kept.
  static std::optional<std::string> link_of(const MD_ATTRIBUTE& attribute);

  std::string out_;

 private:
  std::size_t most_;
  std::chrono::nanoseconds until_;
  unsigned calls_ = 0;
};

// As HTML. `source` is the text that md4c reads; it must live longer.
std::unique_ptr<MarkdownWriter> html_writer(std::string_view source, unsigned above, std::size_t most,
                                            std::chrono::nanoseconds deadline);
// As plain text.
std::unique_ptr<MarkdownWriter> words_writer(std::size_t most, std::chrono::nanoseconds deadline);

}  // namespace koinon
