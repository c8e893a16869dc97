#include "node/text/markdown.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>
#include <vector>

#include <md4c.h>

#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// Processor time of this thread: other work of the machine does not count.
std::chrono::nanoseconds processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string utf8_of(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) point = 0xFFFD;
  std::string out;
  if (point < 0x80) return out + byte(point);
  if (point < 0x800) return out + byte(0xC0U | point >> 6U) + byte(0x80U | (point & 0x3FU));
  if (point < 0x10000)
    return out + byte(0xE0U | point >> 12U) + byte(0x80U | (point >> 6U & 0x3FU)) +
           byte(0x80U | (point & 0x3FU));
  return out + byte(0xF0U | point >> 18U) + byte(0x80U | (point >> 12U & 0x3FU)) +
         byte(0x80U | (point >> 6U & 0x3FU)) + byte(0x80U | (point & 0x3FU));
}

// The characters for which &#8364; or &amp; stands. Nothing: browsers may know this name, but we do not.
std::optional<std::string> entity_text(std::string_view entity) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNames = {
      {{"&amp;", "&"},
       {"&lt;", "<"},
       {"&gt;", ">"},
       {"&quot;", "\""},
       {"&apos;", "'"},
       {"&nbsp;", "\u00A0"},
       {"&lrm;", ""},
       {"&rlm;", ""}}};
  for (const auto& [name, text] : kNames) {
    if (entity == name) return std::string(text);
  }
  if (!entity.starts_with("&#") || !entity.ends_with(';')) return std::nullopt;
  std::string_view digits = entity.substr(2, entity.size() - 3);
  const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
  if (hexadecimal) digits.remove_prefix(1);
  std::uint32_t point = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), point, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size()) point = 0xFFFD;
  return plain_text(utf8_of(point));
}

// The text of an attribute. Nothing: it has an entity that we cannot read.
std::optional<std::string> attribute_text(const MD_ATTRIBUTE& attribute) {
  std::string out;
  for (int i = 0; attribute.size > 0 && attribute.substr_offsets[i] < attribute.size; ++i) {
    const auto begin = attribute.substr_offsets[i];
    const std::string_view part(attribute.text + begin, attribute.substr_offsets[i + 1] - begin);
    if (attribute.substr_types[i] != MD_TEXT_ENTITY) {
      out += part;
      continue;
    }
    const auto text = entity_text(part);
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

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

// The part that both forms share: the output, its largest size, and the time that it may take.
class Writer {
 public:
  Writer(std::size_t most, std::chrono::nanoseconds deadline)
      : most_(most), until_(processor_time() + deadline) {}
  virtual ~Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  virtual void enter(MD_BLOCKTYPE type, void* detail) = 0;
  virtual void leave(MD_BLOCKTYPE type, void* detail) = 0;
  virtual void enter(MD_SPANTYPE type, void* detail) = 0;
  virtual void leave(MD_SPANTYPE type, void* detail) = 0;
  virtual void text(MD_TEXTTYPE type, std::string_view text) = 0;

  // Below zero: stop. No other value ends md4c in all its callbacks.
  int stop() {
    constexpr unsigned kLookAtClock = 256;
    if (out_.size() > most_) return -1;
    return ++calls_ % kLookAtClock == 0 && processor_time() > until_ ? -1 : 0;
  }
  std::string take() { return std::move(out_); }

 protected:
  // The address of a link or an image. Nothing: only its text is kept.
  std::optional<std::string> link_of(const MD_ATTRIBUTE& attribute) const {
    auto url = attribute_text(attribute);
    if (!url || !safe_link(*url)) return std::nullopt;
    return url;
  }

  std::string out_;

 private:
  std::size_t most_;
  std::chrono::nanoseconds until_;
  unsigned calls_ = 0;
};

class HtmlWriter final : public Writer {
 public:
  using Writer::Writer;

  void enter(MD_BLOCKTYPE type, void* detail) override {
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
        out_ += "<li>";
        return;
      case MD_BLOCK_HR:
        out_ += "<hr />\n";
        return;
      case MD_BLOCK_H:
        out_ += "<h" + level(detail) + ">";
        return;
      case MD_BLOCK_CODE:
        out_ += "<pre><code>";
        return;
      case MD_BLOCK_P:
        out_ += "<p>";
        return;
      default:
        return;
    }
  }
  void leave(MD_BLOCKTYPE type, void* detail) override {
    close_all();
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
        out_ += "</h" + level(detail) + ">\n";
        return;
      case MD_BLOCK_CODE:
        out_ += "</code></pre>\n";
        return;
      case MD_BLOCK_P:
        out_ += "</p>\n";
        return;
      default:
        return;
    }
  }
  void enter(MD_SPANTYPE type, void* detail) override {
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
      default:
        append_html(out_, text);
    }
  }

 private:
  static std::string level(void* detail) {
    return std::to_string(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
  }
  struct Open {
    MD_SPANTYPE type;
    std::string_view end;  // the tag that ends it; empty: none was written
  };

  void open(MD_SPANTYPE type, std::string_view begin, std::string_view end) {
    out_ += begin;
    open_.push_back({type, end});
  }
  // HTML has no links inside links.
  void open_link(MD_SPANTYPE type, const MD_ATTRIBUTE& address) {
    const bool within =
        std::any_of(open_.begin(), open_.end(), [](const Open& span) { return span.end == kLinkEnd; });
    const auto url = within ? std::nullopt : link_of(address);
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

  static constexpr std::string_view kLinkEnd = "</a>";
  std::vector<Open> open_;  // spans, the innermost last
};

class TextWriter final : public Writer {
 public:
  using Writer::Writer;

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
        return;
      case MD_BLOCK_QUOTE:
      case MD_BLOCK_H:
      case MD_BLOCK_P:
      case MD_BLOCK_CODE:
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
    if ((type == MD_BLOCK_UL || type == MD_BLOCK_OL) && !lists_.empty()) lists_.pop_back();
    if (type == MD_BLOCK_P || type == MD_BLOCK_H || type == MD_BLOCK_LI) begin_line();
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
      out_ += text;
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
};

Writer& writer(void* data) { return *static_cast<Writer*>(data); }

// False: the text is past a cap, or the writer stopped.
bool parse(const std::string& text, Writer& out) {
  const MarkdownCost cost = markdown_cost(text);
  if (cost.bytes > limits::kMarkdownBytes || cost.lines > limits::kMarkdownLines ||
      cost.marks > limits::kMarkdownMarks || cost.brackets > limits::kMarkdownBrackets ||
      cost.depth > limits::kMarkdownDepth || cost.steps > limits::kMarkdownSteps)
    return false;
  MD_PARSER parser{};
  parser.flags = MD_FLAG_NOHTML;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* data) {
    writer(data).enter(type, detail);
    return writer(data).stop();
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* data) {
    writer(data).leave(type, detail);
    return writer(data).stop();
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* data) {
    writer(data).enter(type, detail);
    return writer(data).stop();
  };
  parser.leave_span = [](MD_SPANTYPE type, void* detail, void* data) {
    writer(data).leave(type, detail);
    return writer(data).stop();
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* chars, MD_SIZE size, void* data) {
    writer(data).text(type, {chars, size});
    return writer(data).stop();
  };
  return md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &out) == 0;
}

// Tags and escapes make a text longer. For a text that people wrote it is never much.
std::size_t most_html(std::size_t bytes) {
  return std::min(3 * bytes + 64 * limits::kKiB, limits::kHtmlBytes);
}
// An address stands after each link. With a link definition one address may stand many times.
std::size_t most_text(std::size_t bytes) { return 3 * bytes + 64 * limits::kKiB; }

MarkdownHtml as_written(std::string_view clean) {
  const std::string_view shown = clipped_utf8(clean, limits::kWrittenBytes);
  MarkdownHtml out{"<pre>", true, shown.size() < clean.size()};
  append_html(out.html, shown);
  out.html += out.cut ? " \u2026</pre>\n" : "</pre>\n";
  return out;
}

}  // namespace

MarkdownHtml render_markdown(std::string_view text, std::chrono::nanoseconds deadline) {
  const std::string clean = plain_text(text);
  HtmlWriter out(most_html(clean.size()), deadline);
  return parse(clean, out) ? MarkdownHtml{out.take()} : as_written(clean);
}

std::string with_notice(const MarkdownHtml& rendered) {
  if (!rendered.as_written) return rendered.html;
  std::string notice(kShownAsWritten);
  if (rendered.cut) notice += " " + std::string(kBeginningShown);
  return "<p><em>" + html_escaped(notice) + "</em></p>\n" + rendered.html;
}

std::string markdown_html(std::string_view text) { return with_notice(render_markdown(text)); }

std::string markdown_text(std::string_view text) {
  std::string clean = plain_text(text);
  TextWriter out(most_text(clean.size()), limits::kMarkdownDeadline);
  return parse(clean, out) ? out.take() : clean;
}

}  // namespace koinon
