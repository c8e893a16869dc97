#include <optional>
#include <utility>
#include <vector>

#include "node/text/markdown_writer.h"

namespace koinon {
namespace {

class WordsWriter final : public MarkdownWriter {
 public:
  using MarkdownWriter::MarkdownWriter;

  void enter(MD_BLOCKTYPE type, void* detail) override {
    switch (type) {
      case MD_BLOCK_UL:
        lists_.push_back(0);
        return;
      case MD_BLOCK_OL:
        lists_.push_back(static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start);
        return;
      case MD_BLOCK_LI:
        begin_line();
        if (lists_.empty()) return;
        out_ += std::string(2 * (lists_.size() - 1), ' ');
        out_ += lists_.back() == 0 ? "- " : std::to_string(lists_.back()++) + ". ";
        if (const auto& item = *static_cast<MD_BLOCK_LI_DETAIL*>(detail); item.is_task != 0)
          out_ += item.task_mark == ' ' ? "[ ] " : "[x] ";
        return;
      case MD_BLOCK_TR:
        begin_line();
        within_table_ = true;
        first_cell_ = true;
        return;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        if (!std::exchange(first_cell_, false)) out_ += " | ";
        return;
      case MD_BLOCK_QUOTE:
      case MD_BLOCK_H:
      case MD_BLOCK_P:
      case MD_BLOCK_CODE:
      case MD_BLOCK_TABLE:
        if (lists_.empty()) begin_block();
        return;
      case MD_BLOCK_HR:
        begin_block();
        out_ += "----\n";
        return;
      default:
        return;
    }
  }
  void leave(MD_BLOCKTYPE type, void*) override {
    if (type == MD_BLOCK_TABLE) within_table_ = false;
    if ((type == MD_BLOCK_UL || type == MD_BLOCK_OL) && !lists_.empty()) lists_.pop_back();
    if (type == MD_BLOCK_P || type == MD_BLOCK_H || type == MD_BLOCK_LI || type == MD_BLOCK_TR) begin_line();
  }
  void enter(MD_SPANTYPE type, void* detail) override {
    if (type == MD_SPAN_A) addresses_.push_back(link_of(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
    if (type == MD_SPAN_IMG) addresses_.push_back(link_of(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src));
  }
  void leave(MD_SPANTYPE type, void*) override {
    if ((type != MD_SPAN_A && type != MD_SPAN_IMG) || addresses_.empty()) return;
    if (addresses_.back() && !out_.ends_with(*addresses_.back())) out_ += " (" + *addresses_.back() + ")";
    addresses_.pop_back();
  }
  void text(MD_TEXTTYPE type, std::string_view text) override {
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
      out_ += "\n";
    } else if (type == MD_TEXT_ENTITY) {
      out_ += entity_text(text).value_or(std::string(text));
    } else {
      out_ += type == MD_TEXT_CODE && within_table_ ? code_in_cell(text) : std::string(text);
    }
  }

 private:
  void begin_line() {
    if (!out_.empty() && !out_.ends_with('\n')) out_ += '\n';
  }
  void begin_block() {
    begin_line();
    if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
  }

  std::vector<unsigned> lists_;  // the open lists: the number of the next item, 0 if items have no numbers
  std::vector<std::optional<std::string>> addresses_;
  bool within_table_ = false;
  bool first_cell_ = false;  // of a table's row
};

}  // namespace

std::unique_ptr<MarkdownWriter> words_writer(std::size_t most, std::chrono::nanoseconds deadline) {
  return std::make_unique<WordsWriter>(most, deadline);
}

}  // namespace koinon
