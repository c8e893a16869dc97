// /catalog: what this city offers as open data. To people it is a page, to portals of open data it is
// DCAT-AP, as Turtle or JSON-LD, by their Accept or by the end of the address.
#pragma once

#include "node/linked/catalogue_things.h"
#include "node/pages/page_frame.h"

namespace koinon {

class CatalogPages {
 public:
  // `frame` outlives this.
  CatalogPages(PageFrame& frame, const Areas& /*areas*/) : frame_(frame) {}
  void add_routes(RouteTable& routes);

 private:
  enum class Form : unsigned char { kJsonLd, kTurtle };

  HttpResponse page(const Visit& visit);
  // kNotFound: this node observes, and has no city.
  Result<CatalogueView> read();
  // For programs, with a tag by which they know that it has not changed.
  Result<HttpResponse> document(const ApiRequest& request, Form form);
  CatalogueWords words_of(const Catalogue& language, const CatalogueView& view);

  PageFrame& frame_;
};

}  // namespace koinon
