// A page of a node as a tree, to change links in it and to take parts out. What is not changed is written as
// it was read, byte for byte. Pure.
//
// It is for pages that our own templates and writers of Markdown and SVG make: elements that have an end tag
// are closed. What is not closed ends where the element around it ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace koinon::site_export {

class HtmlElement;

// A text, a comment or a doctype as it stands in the page; or an element.
struct HtmlNode {
  std::string text = {};
  std::unique_ptr<HtmlElement> element = {};
};

class HtmlElement {
 public:
  const std::string& name() const { return name_; }
  std::vector<HtmlNode>& children() { return children_; }
  const std::vector<HtmlNode>& children() const { return children_; }

  // Decoded. Nothing: it has no such attribute.
  std::optional<std::string> attribute(std::string_view name) const;
  bool has(std::string_view name) const;
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  // All text within, as it is written.
  std::string inner_text() const;
  void write(std::string& out) const;

 private:
  friend class HtmlReader;
  struct Attribute {
    std::string name;
    std::string value;  // decoded
    bool has_value = false;
  };

  std::string name_;
  std::string start_;  // the start tag as it was read; empty: it was changed
  std::vector<Attribute> attributes_;
  bool is_closed_at_once_ = false;  // <path/>
  bool has_end_ = false;            // there is an end tag
  std::vector<HtmlNode> children_;
};

using HtmlTree = std::vector<HtmlNode>;
HtmlTree read_html(std::string_view text);
std::string html_text(const HtmlTree& tree);

// "&amp;" as &: the few names that our templates write, and numbers below 128.
std::string html_decoded(std::string_view text);
std::string html_encoded(std::string_view text);

}  // namespace koinon::site_export
