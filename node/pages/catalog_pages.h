// /catalog: what this city offers as open data. To people it is a page, to portals of open data it is
// DCAT-AP, as Turtle or JSON-LD, by their Accept or by the end of the address.
#pragma once

#include "node/linked/catalogue_things.h"
#include "node/pages/page_frame.h"

namespace koinon {

class CatalogPages {
 public:
  // `frame` outlives this.
  CatalogPages(PageFrame& frame, const Areas& areas) : frame_(frame), linked_(areas.linked) {}
  void add_routes(RouteTable& routes);

 private:
  enum class Form : unsigned char { kJsonLd, kTurtle };

  boost::asio::awaitable<HttpResponse> show(Visit visit);
  boost::asio::awaitable<HttpResponse> give(Visit visit, Form form);
  HttpResponse page(const Visit& visit, const CatalogueView& view);
  // For programs, with a tag by which they know that it has not changed.
  HttpResponse document(const ApiRequest& request, const CatalogueView& view, Form form) const;

  PageFrame& frame_;
  LinkedApi& linked_;
};

}  // namespace koinon
