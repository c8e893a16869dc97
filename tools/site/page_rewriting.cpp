#include "tools/site/page_rewriting.h"

#include <algorithm>
#include <array>
#include <utility>

namespace koinon::site_export {
namespace {

// They ask the node for news, or for what is typed.
constexpr std::array<std::string_view, 8> kAsksNode = {"data-live-list", "data-live-part", "data-search",
                                                       "data-views",     "data-results",   "data-names",
                                                       "data-cities",    "data-practices"};
// With nothing left in it such an element says nothing.
constexpr std::array<std::string_view, 12> kHolders = {"li",    "ul",      "ol",      "p",  "nav",   "div",
                                                       "aside", "section", "details", "dl", "small", "span"};
// A heading alone does not keep its section.
constexpr std::array<std::string_view, 5> kHeadings = {"h1", "h2", "h3", "summary", "noscript"};
// What a link with a figure or a name in it says stands without the link too.
constexpr std::array<std::string_view, 3> kSaysItself = {"/ties", "/map", "/impact"};

template <typename List>
bool is_one_of(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool says_nothing(const HtmlElement& element) {
  return std::all_of(element.children().begin(), element.children().end(), [](const HtmlNode& node) {
    return node.element ? is_one_of(kHeadings, node.element->name()) : is_blank(node.text);
  });
}

// Pages have many links in common, and a page in six languages has all.
constexpr std::size_t kLinksKept = 10'000;

// Between two links of a line.
constexpr std::string_view kDot = " · ";

bool leads_elsewhere(std::string_view link) { return !link.starts_with('/') || link.starts_with("//"); }

// Where an address ends in a text; in XML also where a mark of HTML follows that is written as a name.
std::string_view address_at(std::string_view text, bool is_xml) {
  text = text.substr(0, text.find_first_of("\"'<> \t\r\n\\"));
  if (!is_xml) return text;
  for (const char* mark : {"&quot;", "&lt;", "&gt;", "&#"}) text = text.substr(0, text.find(mark));
  return text;
}

}  // namespace

const PageRewriting::Leads& PageRewriting::leads(std::string_view link) {
  if (const auto known = leads_.find(link); known != leads_.end()) return known->second;
  if (leads_.size() >= kLinksKept) leads_.clear();
  Leads& out = leads_[std::string(link)];
  if (const auto address = parse_address(link)) out = {true, place_of(*address), address->fragment};
  return out;
}

std::string PageRewriting::target(std::string_view link, const SiteLanguage& language) {
  const Leads& to = leads(link);
  if (!to.is_address) return "";
  if (auto place = to.place; place && ensure_(*place))
    return link_to(SiteLinks::file(*place, language)) + to.fragment;
  return links_.node.empty() ? "" : links_.node + std::string(link);
}

std::string PageRewriting::own_address(std::string_view absolute, const SiteLanguage& language) {
  if (!absolute.starts_with(links_.url + "/")) return std::string(absolute);
  const std::string found = target(absolute.substr(links_.url.size()), language);
  if (found.empty() || !found.starts_with('/')) return found;
  return links_.url + found;
}

std::string PageRewriting::page(std::string_view html, const StaticPlace& place,
                                const SiteLanguage& language) {
  place_ = &place;
  language_ = &language;
  HtmlTree tree = read_html(html);
  rewrite(tree);
  return html_text(tree);
}

void PageRewriting::rewrite(std::vector<HtmlNode>& nodes) {
  std::vector<HtmlNode> kept;
  kept.reserve(nodes.size());
  for (HtmlNode& node : nodes) {
    if (!node.element) {
      // Only its text is left of a link that was unwrapped.
      if (!kept.empty() && !kept.back().element) {
        kept.back().text += node.text;
      } else {
        kept.push_back(std::move(node));
      }
      continue;
    }
    HtmlElement& element = *node.element;
    const bool had_something = !says_nothing(element);
    const bool is_choice = element.name() == "form" && element.attribute("action") == "/language";
    bool stays = is_choice || rewrite_element(element);
    if (is_choice) {
      make_choice_of_language(element);
    } else if (stays) {
      rewrite(element.children());
      stays = !(had_something && is_one_of(kHolders, element.name()) && says_nothing(element));
    }
    if (stays) {
      kept.push_back(std::move(node));
    } else if (!kept.empty() && !kept.back().element && kept.back().text.ends_with(kDot)) {
      kept.back().text.resize(kept.back().text.size() - kDot.size());
    }
  }
  nodes = std::move(kept);
}

bool PageRewriting::rewrite_element(HtmlElement& element) {
  for (const std::string_view name : kAsksNode) element.remove(name);
  const std::string& name = element.name();
  if (name == "form") return rewrite_form(element);
  if (name == "noscript") return false;  // they say how to ask again
  if (name == "meta") {
    if (element.attribute("property") != "og:url") return true;
    element.set("content", links_.url + link_to(SiteLinks::file(*place_, *language_)));
    return true;
  }
  if (element.has("href")) return rewrite_link(element, "href");
  return !element.has("src") || rewrite_link(element, "src");
}

bool PageRewriting::rewrite_link(HtmlElement& element, const char* name) {
  const std::string link = element.attribute(name).value_or("");
  // The canonical address and other languages of a note are those of the default language.
  if (element.name() == "link" && link.starts_with(links_.url + "/")) {
    const std::string found = own_address(link, links_.languages.front());
    if (!found.empty()) element.set(name, found);
    return !found.empty();
  }
  // A person may have written the whole address of one of our pages.
  if (element.name() == "a" && link.starts_with(links_.url + "/")) {
    if (const std::string found = own_address(link, *language_); !found.empty()) element.set(name, found);
    return true;
  }
  if (leads_elsewhere(link)) return true;
  const std::string found = target(link, *language_);
  if (!found.empty()) {
    if (found != link) element.set(name, found);
    name_download(element);
    return true;
  }
  const bool says_itself = std::any_of(kSaysItself.begin(), kSaysItself.end(),
                                       [&](std::string_view begin) { return link.starts_with(begin); });
  const bool is_record = link.starts_with("/records/") || link.starts_with("/cities/");
  if (element.name() != "a" || !(says_itself || is_record)) return false;
  for (const char* gone : {"href", "role", "class", "hreflang"}) element.remove(gone);
  return true;
}

// A file's address is its digest: a browser is told what the node would tell it, how the file is called.
void PageRewriting::name_download(HtmlElement& element) {
  if (element.attribute("download") != "") return;
  const std::string called = html_decoded(element.inner_text());
  if (!called.empty()) element.set("download", called);
}

bool PageRewriting::rewrite_form(HtmlElement& element) const {
  if (element.attribute("method") != "get" || links_.node.empty()) return false;
  element.set("action", links_.node + element.attribute("action").value_or(""));
  return true;
}

// The form becomes a list of links: read as a page of its own, so that it is an element like others.
void PageRewriting::make_choice_of_language(HtmlElement& form) const {
  std::string label;
  for (const HtmlNode& child : form.children()) {
    if (child.element && child.element->name() == "label") label = child.element->inner_text();
  }
  std::string html = "<nav class=\"language\" aria-label=\"" + label + "\">";
  for (const SiteLanguage& one : links_.languages) {
    // A web server may choose the language of the first page. Whoever has chosen one gets that.
    const std::string leads =
        place_->file == "index.html" ? "/" + one.tag + "/" : link_to(SiteLinks::file(*place_, one));
    html += "<a href=\"" + html_encoded(leads) + "\" lang=\"" + one.tag + "\" hreflang=\"" + one.tag + "\"" +
            (&one == language_ ? " aria-current=\"true\"" : "") + ">" + html_encoded(one.name) + "</a> ";
  }
  HtmlTree made = read_html(html + "</nav>");
  form = std::move(*made.front().element);
}

std::string PageRewriting::text(std::string_view text, bool is_xml) {
  const std::string begin = links_.url + "/";
  std::string out;
  while (!text.empty()) {
    const auto found = text.find(begin);
    out += text.substr(0, found);
    if (found == std::string_view::npos) break;
    text.remove_prefix(found);
    const std::string_view address = address_at(text, is_xml);
    const std::string made =
        own_address(is_xml ? html_decoded(address) : std::string(address), links_.languages.front());
    out += made.empty() ? std::string(address) : (is_xml ? html_encoded(made) : made);
    text.remove_prefix(address.size());
  }
  return out;
}

}  // namespace koinon::site_export
