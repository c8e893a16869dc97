#include "node/site/robots.h"

#include "node/api/admission.h"

namespace koinon {
namespace {

// Notes, cities and lists are to be found. A search for each pair of filters would be asked without end, so
// of the first page only the way to the first note is open, and of ties and the map what has no filter. The
// longest rule that fits an address decides.
constexpr const char* kPublic =
    "User-agent: *\n"
    "Allow: /?cursor=\n"
    "Disallow: /?\n"
    "Disallow: /api/\n"
    "Disallow: /feeds/search\n"
    "Disallow: /log/\n"
    "Disallow: /login\n"
    "Disallow: /map?\n"
    "Disallow: /ties?\n"
    "Disallow: /unsubscribe/\n"
    "Disallow: /welcome/\n";

constexpr const char* kClosed =
    "User-agent: *\n"
    "Disallow: /\n";

}  // namespace

void add_robots_route(RouteTable& routes, const Access& access) {
  routes.add({{.method = "GET",
               .pattern = "/robots.txt",
               .need = Need::kAnyone,
               .id = "getRobots",
               .tag = "node",
               .summary = "What search engines may read (RFC 9309)",
               .gives = "text/plain"},
              at_once([&access](const ApiRequest& request) -> Result<HttpResponse> {
                HttpResponse out{200, "text/plain; charset=utf-8", kClosed, {}};
                if (access.options().public_reading)
                  out.body = kPublic + ("\nSitemap: " + base_url(access, request) + "/sitemap.xml\n");
                return out;
              })});
}

}  // namespace koinon
