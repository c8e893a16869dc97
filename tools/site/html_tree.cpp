#include "tools/site/html_tree.h"

#include <algorithm>
#include <array>
#include <utility>

namespace koinon::site_export {
namespace {

// They have no content and no end tag.
constexpr std::array<std::string_view, 14> kVoid = {"area",   "base",  "br",    "col",  "embed",
                                                    "hr",     "img",   "input", "link", "meta",
                                                    "source", "track", "wbr",   "param"};
// What stands in them is no HTML.
constexpr std::array<std::string_view, 2> kRaw = {"script", "style"};

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array<Entity, 8> kEntities = {{{"&amp;", '&'},
                                              {"&lt;", '<'},
                                              {"&gt;", '>'},
                                              {"&quot;", '"'},
                                              {"&apos;", '\''},
                                              {"&#39;", '\''},
                                              {"&#x27;", '\''},
                                              {"&#x2F;", '/'}}};

template <typename List>
bool is_in(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::string html_decoded(std::string_view text) {
  std::string out;
  while (true) {
    const auto mark = std::min(text.find('&'), text.size());
    out += text.substr(0, mark);
    text.remove_prefix(mark);
    if (text.empty()) return out;
    const auto known = std::find_if(kEntities.begin(), kEntities.end(),
                                    [&](const Entity& one) { return text.starts_with(one.name); });
    out += known == kEntities.end() ? '&' : known->character;
    text.remove_prefix(known == kEntities.end() ? 1 : known->name.size());
  }
}

std::string html_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
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
      default:
        out += c;
    }
  }
  return out;
}

std::optional<std::string> HtmlElement::attribute(std::string_view name) const {
  for (const Attribute& one : attributes_) {
    if (one.name == name) return one.value;
  }
  return std::nullopt;
}

bool HtmlElement::has(std::string_view name) const {
  return std::any_of(attributes_.begin(), attributes_.end(),
                     [&](const Attribute& one) { return one.name == name; });
}

void HtmlElement::set(std::string_view name, std::string_view value) {
  start_.clear();
  for (Attribute& one : attributes_) {
    if (one.name != name) continue;
    one.value = value;
    one.has_value = true;
    return;
  }
  attributes_.push_back({std::string(name), std::string(value), true});
}

void HtmlElement::remove(std::string_view name) {
  const auto gone = std::remove_if(attributes_.begin(), attributes_.end(),
                                   [&](const Attribute& one) { return one.name == name; });
  if (gone == attributes_.end()) return;
  start_.clear();
  attributes_.erase(gone, attributes_.end());
}

std::string HtmlElement::inner_text() const {
  std::string out;
  for (const HtmlNode& child : children_) out += child.element ? child.element->inner_text() : child.text;
  return out;
}

void HtmlElement::write(std::string& out) const {
  if (!start_.empty()) {
    out += start_;
  } else {
    out += "<" + name_;
    for (const Attribute& one : attributes_) {
      out += " " + one.name;
      if (one.has_value) out += "=\"" + html_encoded(one.value) + "\"";
    }
    out += is_closed_at_once_ ? "/>" : ">";
  }
  for (const HtmlNode& child : children_) {
    if (child.element) {
      child.element->write(out);
    } else {
      out += child.text;
    }
  }
  if (has_end_) out += "</" + name_ + ">";
}

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view text) : text_(text) {}

  HtmlTree read() {
    while (at_ < text_.size()) step();
    return std::move(tree_);
  }

 private:
  std::vector<HtmlNode>& here() { return open_.empty() ? tree_ : open_.back()->children(); }

  void add_text(std::string_view text) {
    if (text.empty()) return;
    std::vector<HtmlNode>& to = here();
    if (!to.empty() && !to.back().element) {
      to.back().text += text;
    } else {
      to.push_back({std::string(text), nullptr});
    }
  }

  void step() {
    const auto mark = text_.find('<', at_);
    add_text(text_.substr(at_, mark - at_));
    if (mark == std::string_view::npos) {
      at_ = text_.size();
      return;
    }
    at_ = mark;
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return take_as_text("-->");
    if (rest.starts_with("</")) return read_end();
    if (rest.size() > 1 && is_letter(rest[1])) return read_start();
    take_as_text(rest.starts_with("<!") || rest.starts_with("<?") ? ">" : "<");
  }

  void take_as_text(std::string_view end) {
    const auto found = text_.find(end, at_);
    const std::size_t until = found == std::string_view::npos ? text_.size() : found + end.size();
    add_text(text_.substr(at_, until - at_));
    at_ = until;
  }

  void read_end() {
    const auto close = std::min(text_.find('>', at_), text_.size() - 1);
    const std::string_view whole = text_.substr(at_, close + 1 - at_);
    at_ = close + 1;
    std::string_view name = whole.substr(2, whole.size() - 3);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    const auto opened = std::find_if(open_.rbegin(), open_.rend(),
                                     [&](const HtmlElement* one) { return one->name_ == name; });
    if (opened == open_.rend()) return add_text(whole);
    (*opened)->has_end_ = true;
    open_.erase(std::prev(opened.base()), open_.end());
  }

  void read_start() {
    const std::size_t begin = at_++;
    auto made = std::make_unique<HtmlElement>();
    made->name_ = word("/>");
    while (at_ < text_.size() && text_[at_] != '>') {
      if (is_blank(text_[at_])) {
        ++at_;
      } else if (text_[at_] == '/') {
        made->is_closed_at_once_ = at_ + 1 < text_.size() && text_[at_ + 1] == '>';
        ++at_;
      } else {
        made->attributes_.push_back(read_attribute());
      }
    }
    at_ = std::min(at_ + 1, text_.size());
    made->start_ = text_.substr(begin, at_ - begin);
    HtmlElement* opened = made.get();
    here().push_back({"", std::move(made)});
    if (opened->is_closed_at_once_ || is_in(kVoid, opened->name_)) return;
    open_.push_back(opened);
    if (!is_in(kRaw, opened->name_)) return;
    const auto end = std::min(text_.find("</" + opened->name_, at_), text_.size());
    add_text(text_.substr(at_, end - at_));
    at_ = end;
  }

  HtmlElement::Attribute read_attribute() {
    HtmlElement::Attribute out;
    out.name = word("=/>");
    // What begins with a mark that no name has is passed over.
    if (out.name.empty()) out.name = text_[at_++];
    if (at_ >= text_.size() || text_[at_] != '=') return out;
    ++at_;
    out.has_value = true;
    const char quote = at_ < text_.size() ? text_[at_] : ' ';
    if (quote != '"' && quote != '\'') {
      out.value = html_decoded(word(">"));
      return out;
    }
    const auto end = std::min(text_.find(quote, at_ + 1), text_.size());
    out.value = html_decoded(text_.substr(at_ + 1, end - at_ - 1));
    at_ = std::min(end + 1, text_.size());
    return out;
  }

  // Up to a blank, or one of these.
  std::string word(std::string_view marks) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) && marks.find(text_[at_]) == std::string_view::npos)
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  HtmlTree tree_;
  std::vector<HtmlElement*> open_;
};

HtmlTree read_html(std::string_view text) { return HtmlReader(text).read(); }

std::string html_text(const HtmlTree& tree) {
  std::string out;
  for (const HtmlNode& node : tree) {
    if (node.element) {
      node.element->write(out);
    } else {
      out += node.text;
    }
  }
  return out;
}

}  // namespace koinon::site_export
