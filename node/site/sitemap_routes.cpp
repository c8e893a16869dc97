#include "node/site/sitemap_routes.h"

#include "node/api/admission.h"

namespace koinon {

void add_sitemap_routes(RouteTable& routes, Sitemap& sitemap, const Access& access) {
  routes.add({{.method = "GET",
               .pattern = "/sitemap.xml",
               .need = Need::kReading,
               .id = "getSitemap",
               .tag = "feeds",
               .summary = "The files of the list of all pages for search engines (sitemaps.org)",
               .gives = "application/xml"},
              at_once([&](const ApiRequest& request) { return sitemap.list(base_url(access, request)); })});
  routes.add({{.method = "GET",
               .pattern = "/sitemaps/{file}",
               .need = Need::kReading,
               .id = "getSitemapFile",
               .tag = "feeds",
               .summary = "A file of that list: pages.xml, notes-0.xml and further ones",
               .gives = "application/xml"},
              at_once([&](const ApiRequest& request) {
                return sitemap.file(base_url(access, request), request.arg("file"));
              })});
}

}  // namespace koinon
