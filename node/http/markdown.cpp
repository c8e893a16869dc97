#include "node/http/markdown.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include <cmark-gfm.h>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeIter {
  void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }  // NOLINT(cppcoreguidelines-no-malloc): cmark's
};

// The length in bytes of a character that may not be shown at the beginning of `text`; 0: it may.
// Bidirectional overrides and isolates could make a sentence read as another one; line and paragraph
// separators break lines where nobody sees it; U+FEFF and tags are invisible.
std::size_t unwanted(std::string_view text, bool keep_lines) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = at(0);
  if (first == '\n' || first == '\t') return keep_lines ? 0 : 1;
  if (first < 0x20 || first == 0x7F) return 1;
  if (first == 0xC2 && at(1) >= 0x80 && at(1) <= 0x9F) return 2;                     // C1 controls
  if (first == 0xD8 && at(1) == 0x9C) return 2;                                      // U+061C
  if (first == 0xE2 && at(1) == 0x80 && (at(2) == 0x8E || at(2) == 0x8F)) return 3;  // U+200E, U+200F
  if (first == 0xE2 && at(1) == 0x80 && at(2) >= 0xA8 && at(2) <= 0xAE) return 3;    // U+2028 to U+202E
  if (first == 0xE2 && at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9) return 3;    // U+2066 to U+2069
  if (first == 0xEF && at(1) == 0xBB && at(2) == 0xBF) return 3;                     // U+FEFF
  if (first == 0xEF && at(1) == 0xBF && (at(2) == 0xBE || at(2) == 0xBF)) return 3;  // not characters of XML
  if (first == 0xF3 && at(1) == 0xA0 && at(2) <= 0x81) return 4;                     // tags
  return 0;
}

std::string cleaned(std::string_view text, bool keep_lines) {
  if (!is_utf8(text)) return {};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t drop = unwanted(text, keep_lines);
    if (drop == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == '\n' || text.front() == '\t') out += ' ';
    text.remove_prefix(std::min(drop, text.size()));
  }
  return out;
}

// Puts a node's children in its place.
void unwrap(cmark_node* node) {
  while (cmark_node* child = cmark_node_first_child(node)) cmark_node_insert_before(node, child);
  cmark_node_free(node);
}

bool inside_link(cmark_node* node) {
  for (cmark_node* up = cmark_node_parent(node); up != nullptr; up = cmark_node_parent(up)) {
    if (cmark_node_get_type(up) == CMARK_NODE_LINK) return true;
  }
  return false;
}

// An image would make every reader's program call its author's server.
void image_to_link(cmark_node* image) {
  if (inside_link(image)) return unwrap(image);
  cmark_node* link = cmark_node_new(CMARK_NODE_LINK);
  cmark_node_set_url(link, cmark_node_get_url(image));
  while (cmark_node* child = cmark_node_first_child(image)) cmark_node_append_child(link, child);
  cmark_node_replace(image, link);
  cmark_node_free(image);
}

// What looks like HTML is shown as its author typed it: never obeyed, and not lost either.
void html_to_text(cmark_node* html) {
  std::string literal = cmark_node_get_literal(html);
  while (literal.ends_with('\n')) literal.pop_back();
  cmark_node* text = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(text, literal.c_str());
  if (cmark_node_get_type(html) == CMARK_NODE_HTML_BLOCK) {
    cmark_node* paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
    cmark_node_append_child(paragraph, text);
    text = paragraph;
  }
  cmark_node_replace(html, text);
  cmark_node_free(html);
}

using Document = std::unique_ptr<cmark_node, FreeNode>;

Document parse(std::string_view text) {
  const std::string clean = plain_text(text);
  Document document(cmark_parse_document(clean.data(), clean.size(), CMARK_OPT_VALIDATE_UTF8));
  std::vector<cmark_node*> links;
  std::vector<cmark_node*> raw;
  const std::unique_ptr<cmark_iter, FreeIter> iter(cmark_iter_new(document.get()));
  while (cmark_iter_next(iter.get()) != CMARK_EVENT_DONE) {
    cmark_node* node = cmark_iter_get_node(iter.get());
    const cmark_node_type type = cmark_node_get_type(node);
    if (cmark_iter_get_event_type(iter.get()) == CMARK_EVENT_EXIT &&
        (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE))
      links.push_back(node);
    if (type == CMARK_NODE_HTML_INLINE || type == CMARK_NODE_HTML_BLOCK) raw.push_back(node);
  }
  for (cmark_node* node : raw) html_to_text(node);
  for (cmark_node* node : links) {
    const char* url = cmark_node_get_url(node);
    if (url == nullptr || !safe_link(url)) {
      unwrap(node);
    } else if (cmark_node_get_type(node) == CMARK_NODE_IMAGE) {
      image_to_link(node);
    }
  }
  return document;
}

}  // namespace

std::string plain_line(std::string_view text) { return cleaned(text, false); }
std::string plain_text(std::string_view text) { return cleaned(text, true); }

bool safe_link(std::string_view url) {
  for (const char letter : url) {
    const auto c = static_cast<unsigned char>(letter);
    if (c <= 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>' || c == '\\' || c == '`') return false;
  }
  std::string scheme(url.substr(0, url.find(':')));
  for (char& c : scheme) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool hierarchical = scheme == "http" || scheme == "https";
  if (scheme != "mailto" && !hierarchical) return false;
  const std::string_view rest = url.substr(scheme.size());
  return cleaned(url, false) == url &&
         (hierarchical ? rest.starts_with("://") && rest.size() > 3 : rest.size() > 1);
}

std::string markdown_html(std::string_view text) {
  const Document document = parse(text);
  const std::unique_ptr<char, FreeText> html(cmark_render_html(document.get(), CMARK_OPT_DEFAULT, nullptr));
  return html.get();
}

std::string markdown_text(std::string_view text) {
  constexpr int kWidth = 76;
  const Document document = parse(text);
  const std::unique_ptr<char, FreeText> plain(
      cmark_render_plaintext(document.get(), CMARK_OPT_DEFAULT, kWidth));
  return plain.get();
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : plain_text(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace koinon
