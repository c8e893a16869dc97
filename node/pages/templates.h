// Page templates: mustache files (node/pages/templates), escaping by default.
//
// [[key]] stands for a message of the catalogue, {{> name}} for another template's text; both are replaced
// once for each language, when it is first shown. Everything that a template is given as text comes out
// without control and bidirectional formatting characters; only what is named *_html stands unescaped, and is
// made by markdown_html or by another template.
//
// Rendering belongs to one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "node/pages/messages.h"

namespace koinon {

class Templates {
 public:
  Templates();
  ~Templates();
  Templates(const Templates&) = delete;
  Templates& operator=(const Templates&) = delete;

  // kInternal: there is no such template, or it does not parse.
  Result<std::string> render(const std::string& name, const Catalogue& language,
                             const boost::json::object& model);
  // A page as `content_html` of a frame. Both know what is shared; what the page's model says of the same
  // name goes before it.
  Result<std::string> render_within(const std::string& frame, const std::string& name,
                                    const Catalogue& language, const boost::json::object& model,
                                    const boost::json::object& shared);

 private:
  struct Parsed;
  Result<Parsed*> parsed(const std::string& name, const Catalogue& language);

  std::map<std::pair<std::string, std::string>, std::unique_ptr<Parsed>> parsed_;
};

}  // namespace koinon
