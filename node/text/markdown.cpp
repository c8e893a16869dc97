#include "node/text/markdown.h"

#include <algorithm>

#include <md4c.h>

#include "node/text/markdown_shape.h"
#include "node/text/markdown_writer.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

MarkdownWriter& writer(void* data) { return *static_cast<MarkdownWriter*>(data); }

// False: the text is past a cap, or the writer stopped.
bool parse(const std::string& text, MarkdownWriter& out) {
  const MarkdownCost cost = markdown_cost(text);
  if (cost.bytes > limits::kMarkdownBytes || cost.lines > limits::kMarkdownLines ||
      cost.marks > limits::kMarkdownMarks || cost.brackets > limits::kMarkdownBrackets ||
      cost.depth > limits::kMarkdownDepth || cost.steps > limits::kMarkdownSteps ||
      cost.cells > limits::kMarkdownCells)
    return false;
  MD_PARSER parser{};
  parser.flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_TASKLISTS;
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

// Tags and escapes make a text longer, most of all those of a table's cells. For a text that people wrote it
// is never much.
std::size_t most_html(std::size_t bytes) {
  return std::min(10 * bytes + 64 * limits::kKiB, limits::kHtmlBytes);
}
// An address stands after each link. With a link definition one address may stand many times.
std::size_t most_text(std::size_t bytes) { return 3 * bytes + 64 * limits::kKiB; }

MarkdownHtml as_written(std::string_view clean) {
  // What is cut within a flag leaves tags that nobody sees.
  const std::string shown = plain_text(clipped_utf8(clean, limits::kWrittenBytes));
  MarkdownHtml out{"<pre>", true, shown.size() < clean.size()};
  append_html(out.html, shown);
  out.html += out.cut ? " \u2026</pre>\n" : "</pre>\n";
  return out;
}

}  // namespace

MarkdownHtml render_markdown(std::string_view text, unsigned above, std::chrono::nanoseconds deadline) {
  const std::string clean = plain_text(text);
  const std::string source = with_star_keys(with_plain_tables(clean));
  const auto out = html_writer(source, above, most_html(clean.size()), deadline);
  return parse(source, *out) ? MarkdownHtml{out->take()} : as_written(clean);
}

std::string with_notice(const MarkdownHtml& rendered) {
  if (!rendered.as_written) return rendered.html;
  std::string notice(kShownAsWritten);
  if (rendered.cut) notice += " " + std::string(kBeginningShown);
  return "<p lang=\"en\" dir=\"ltr\"><em>" + html_escaped(notice) + "</em></p>\n" + rendered.html;
}

std::string markdown_html(std::string_view text, unsigned above) {
  return with_notice(render_markdown(text, above));
}

std::string markdown_text(std::string_view text) {
  std::string clean = plain_text(text);
  const auto out = words_writer(most_text(clean.size()), limits::kMarkdownDeadline);
  return parse(with_star_keys(with_plain_tables(clean)), *out) ? out->take() : clean;
}

}  // namespace koinon
