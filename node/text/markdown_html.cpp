#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "node/text/bare_links.h"
#include "node/text/markdown_writer.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

// An address as an attribute holds it: bytes that are not ASCII are percent-encoded.
std::string address_escaped(std::string_view url) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 0x0FU]};
    }
  }
  return html_escaped(out);
}

class HtmlWriter final : public MarkdownWriter {
 public:
  HtmlWriter(std::string_view source, unsigned above, std::size_t most, std::chrono::nanoseconds deadline)
      : MarkdownWriter(most, deadline), source_(source), above_(above) {}

  void enter(MD_BLOCKTYPE type, void* detail) override {
    if (type != MD_BLOCK_P) show_task();
    switch (type) {
      case MD_BLOCK_QUOTE:
        out_ += "<blockquote>\n";
        return;
      case MD_BLOCK_UL:
        out_ += "<ul>\n";
        return;
      case MD_BLOCK_OL: {
        const unsigned start = static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start;
        out_ += start == 1 ? "<ol>\n" : "<ol start=\"" + std::to_string(start) + "\">\n";
        return;
      }
      case MD_BLOCK_LI:
        task_ = mark_of(*static_cast<MD_BLOCK_LI_DETAIL*>(detail));
        out_ += task_.empty() ? "<li>" : "<li class=\"task\">";
        return;
      case MD_BLOCK_HR:
        out_ += "<hr />\n";
        return;
      case MD_BLOCK_H:
        begin_heading(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
        return;
      case MD_BLOCK_CODE:
        out_ += "<pre><code>";
        return;
      case MD_BLOCK_P:
        out_ += "<p>";
        show_task();
        return;
      default:
        out_ += table_tag(type, detail);
    }
  }
  void leave(MD_BLOCKTYPE type, void*) override {
    close_all();
    show_task();
    linked_ = nullptr;
    switch (type) {
      case MD_BLOCK_QUOTE:
        out_ += "</blockquote>\n";
        return;
      case MD_BLOCK_UL:
        out_ += "</ul>\n";
        return;
      case MD_BLOCK_OL:
        out_ += "</ol>\n";
        return;
      case MD_BLOCK_LI:
        out_ += "</li>\n";
        return;
      case MD_BLOCK_H:
        out_ += "</h" + std::to_string(heading_) + ">\n";
        return;
      case MD_BLOCK_CODE:
        out_ += "</code></pre>\n";
        return;
      case MD_BLOCK_P:
        out_ += "</p>\n";
        return;
      default:
        out_ += table_end(type);
    }
  }
  void enter(MD_SPANTYPE type, void* detail) override {
    show_task();
    if (linked_ != nullptr) return open(type, "", "");  // marks of emphasis in an address are none
    switch (type) {
      case MD_SPAN_EM:
        return open(type, "<em>", "</em>");
      case MD_SPAN_STRONG:
        return open(type, "<strong>", "</strong>");
      case MD_SPAN_CODE:
        return open(type, "<code>", "</code>");
      case MD_SPAN_A:
        return open_link(type, static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
      // With an image, the program of every reader would call the author's server.
      case MD_SPAN_IMG:
        return open_link(type, static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src);
      default:
        return;
    }
  }
  // Now and then md4c 0.4.8 ends a span that it has not begun, or in another order (found by fuzzing). The
  // output is well-formed all the same.
  void leave(MD_SPANTYPE type, void*) override {
    const auto same = [type](const Open& span) { return span.type == type; };
    if (std::none_of(open_.begin(), open_.end(), same)) return;
    while (!close_last(type)) {
    }
  }
  void text(MD_TEXTTYPE type, std::string_view text) override {
    show_task();
    text = behind_link(text);
    switch (type) {
      case MD_TEXT_BR:
        out_ += "<br />\n";
        return;
      case MD_TEXT_SOFTBR:
        out_ += "\n";
        return;
      case MD_TEXT_ENTITY:
        if (const auto known = entity_text(text)) {
          append_html(out_, *known);
        } else {
          out_ += text;  // an entity's name: browsers know all of them
        }
        return;
      case MD_TEXT_NORMAL:
        append_with_links(text);
        return;
      case MD_TEXT_CODE:
        append_html(out_, within_table_ ? code_in_cell(text) : std::string(text));
        return;
      default:
        append_html(out_, text);
    }
  }

 private:
  struct Open {
    MD_SPANTYPE type;
    std::string_view end;  // the tag that ends it; empty: none was written
  };

  void open(MD_SPANTYPE type, std::string_view begin, std::string_view end) {
    out_ += begin;
    open_.push_back({type, end});
  }
  bool within_link() const {
    return std::any_of(open_.begin(), open_.end(), [](const Open& span) { return span.end == kLinkEnd; });
  }
  // HTML has no links inside links.
  void open_link(MD_SPANTYPE type, const MD_ATTRIBUTE& address) {
    const auto url = within_link() ? std::nullopt : link_of(address);
    if (!url) return open(type, "", "");
    open(type, "<a href=\"" + address_escaped(*url) + "\">", kLinkEnd);
  }
  // Returns whether the closed span was of that type.
  bool close_last(MD_SPANTYPE type) {
    const Open last = open_.back();
    open_.pop_back();
    out_ += last.end;
    return last.type == type;
  }
  void close_all() {
    while (!open_.empty()) (void)close_last(open_.back().type);
  }

  // The headings of a text stand below that above it, and no level is left out, whatever levels were typed.
  void begin_heading(unsigned typed) {
    constexpr unsigned kDeepest = 6;
    while (!levels_.empty() && levels_.back() >= typed) levels_.pop_back();
    levels_.push_back(typed);
    heading_ = std::min(above_ + static_cast<unsigned>(levels_.size()), kDeepest);
    out_ += "<h" + std::to_string(heading_) + ">";
  }

  // A box that nobody can tick is no control of the page: it is a character, which mails and feeds have too.
  static std::string_view mark_of(const MD_BLOCK_LI_DETAIL& item) {
    return item.is_task == 0 ? "" : item.task_mark == ' ' ? "\u2610 " : "\u2611 ";
  }
  void show_task() { out_ += std::exchange(task_, {}); }

  static std::string_view alignment(const void* detail) {
    switch (static_cast<const MD_BLOCK_TD_DETAIL*>(detail)->align) {
      case MD_ALIGN_LEFT:
        return " class=\"left\"";
      case MD_ALIGN_CENTER:
        return " class=\"center\"";
      case MD_ALIGN_RIGHT:
        return " class=\"right\"";
      default:
        return "";
    }
  }
  // A table that is wider than the page moves by itself, also by keyboard.
  std::string table_tag(MD_BLOCKTYPE type, const void* detail) {
    switch (type) {
      case MD_BLOCK_TABLE:
        within_table_ = true;
        return "<div class=\"scroll\" tabindex=\"0\"><table>\n";
      case MD_BLOCK_THEAD:
        return "<thead>\n";
      case MD_BLOCK_TBODY:
        return "<tbody>\n";
      case MD_BLOCK_TR:
        return "<tr>";
      case MD_BLOCK_TH:
        return "<th scope=\"col\"" + std::string(alignment(detail)) + ">";
      case MD_BLOCK_TD:
        return "<td" + std::string(alignment(detail)) + ">";
      default:
        return "";
    }
  }
  std::string_view table_end(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_TABLE:
        within_table_ = false;
        return "</table></div>\n";
      case MD_BLOCK_THEAD:
        return "</thead>\n";
      case MD_BLOCK_TBODY:
        return "</tbody>\n";
      case MD_BLOCK_TR:
        return "</tr>\n";
      case MD_BLOCK_TH:
        return "</th>";
      case MD_BLOCK_TD:
        return "</td>";
      default:
        return "";
    }
  }

  // md4c hands out pieces of the text that it reads, except for line ends and indentation.
  bool is_of_source(std::string_view piece) const {
    const std::less<> before;
    return !before(piece.data(), source_.data()) && before(piece.data(), source_.data() + source_.size());
  }
  // What of a piece stands behind the address that was shown last.
  std::string_view behind_link(std::string_view piece) {
    if (linked_ == nullptr || !is_of_source(piece)) return piece;
    const std::less<> before;
    const auto left = before(piece.data(), linked_) ? linked_ - piece.data() : std::ptrdiff_t{0};
    if (static_cast<std::size_t>(left) > piece.size()) return {};
    linked_ = nullptr;
    piece.remove_prefix(static_cast<std::size_t>(left));
    return piece;
  }
  void append_with_links(std::string_view piece) {
    if (!is_of_source(piece) || within_link()) return append_html(out_, piece);
    const auto begin = static_cast<std::size_t>(piece.data() - source_.data());
    const std::size_t end = begin + piece.size();
    std::size_t at = begin;
    while (!is_full()) {
      const auto link = next_bare_link(source_, at, end);
      if (!link) break;
      append_html(out_, source_.substr(at, link->begin - at));
      out_ += "<a href=\"" + address_escaped(link->url) + "\">";
      append_html(out_, link->shown);
      out_ += kLinkEnd;
      at = link->end;
      if (at <= end) continue;
      linked_ = source_.data() + at;
      return;
    }
    append_html(out_, source_.substr(at, end - at));
  }

  static constexpr std::string_view kLinkEnd = "</a>";
  std::string_view source_;
  unsigned above_;
  std::vector<Open> open_;        // spans, the innermost last
  std::vector<unsigned> levels_;  // as typed, of the headings that the text stands under, the deepest last
  bool within_table_ = false;
  unsigned heading_ = 0;          // the level of the last heading, as it is shown
  std::string_view task_;         // the mark of an item that has begun, until its text does
  const char* linked_ = nullptr;  // up to here an address was shown; null: all of it is behind us
};

}  // namespace

std::unique_ptr<MarkdownWriter> html_writer(std::string_view source, unsigned above, std::size_t most,
                                            std::chrono::nanoseconds deadline) {
  return std::make_unique<HtmlWriter>(source, above, most, deadline);
}

}  // namespace koinon
