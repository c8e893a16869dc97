// Makes a page of a node a page among files: its links lead to files, the choice of the language is links,
// and what only a node can do leads to the node, or is taken out. Pure, but for what it asks of the site.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/site/html_tree.h"
#include "tools/site/static_places.h"

namespace koinon::site_export {

struct SiteLanguage {
  std::string tag;
  std::string name;    // in itself
  std::string folder;  // "ko/"; empty: the default language
};

struct SiteLinks {
  std::string url;   // of the site, without a slash at the end
  std::string node;  // of a node that answers what files cannot, without a slash at the end; empty: none
  std::vector<SiteLanguage> languages;  // the default first

  // The file of a place in this language.
  static std::string file(const StaticPlace& place, const SiteLanguage& language) {
    return (place.has_languages() ? language.folder : std::string()) + place.file;
  }
};

class PageRewriting {
 public:
  // Whether the site has this place, which a page links to; a file is made, and its ending set, before the
  // page that has the link.
  using Ensure = std::function<bool(StaticPlace& place)>;
  PageRewriting(const SiteLinks& links, Ensure ensure) : links_(links), ensure_(std::move(ensure)) {}

  // `place`: of the page itself.
  std::string page(std::string_view html, const StaticPlace& place, const SiteLanguage& language);
  // A feed, a list for search engines, an OPML: the site's own addresses in it become those of files.
  std::string text(std::string_view text, bool is_xml);

 private:
  void rewrite(std::vector<HtmlNode>& nodes);
  // False: the element is to be taken out.
  bool rewrite_element(HtmlElement& element);
  bool rewrite_link(HtmlElement& element, const char* name);
  bool rewrite_form(HtmlElement& element) const;
  static void name_download(HtmlElement& element);
  void make_choice_of_language(HtmlElement& form) const;
  // Where the link leads. Empty: nowhere.
  std::string target(std::string_view link, const SiteLanguage& language);
  std::string own_address(std::string_view absolute, const SiteLanguage& language);

  struct Leads {
    bool is_address = false;
    std::optional<StaticPlace> place = {};
    std::string fragment = {};
  };
  // Of a link as it stands in a page.
  const Leads& leads(std::string_view link);

  const SiteLinks& links_;
  Ensure ensure_;
  std::map<std::string, Leads, std::less<>> leads_;  // those that were read before
  const StaticPlace* place_ = nullptr;
  const SiteLanguage* language_ = nullptr;
};

}  // namespace koinon::site_export
