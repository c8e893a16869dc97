#include "node/site/robots.h"

namespace koinon {
namespace {

// Notes, cities and lists are to be found. A search for each pair of filters would be asked without end, so
// of the first page only the way to the first note is open. The longest rule that fits an address decides.
constexpr const char* kPublic =
    "User-agent: *\n"
    "Allow: /?cursor=\n"
    "Disallow: /?\n"
    "Disallow: /api/\n"
    "Disallow: /feeds/search\n"
    "Disallow: /log/\n"
    "Disallow: /login\n"
    "Disallow: /unsubscribe/\n"
    "Disallow: /welcome/\n";

constexpr const char* kClosed =
    "User-agent: *\n"
    "Disallow: /\n";

}  // namespace

void add_robots_route(RouteTable& routes, bool public_reading) {
  routes.add({{.method = "GET",
               .pattern = "/robots.txt",
               .need = Need::kAnyone,
               .id = "getRobots",
               .tag = "node",
               .summary = "What search engines may read (RFC 9309)",
               .gives = "text/plain"},
              at_once([public_reading](const ApiRequest&) -> Result<HttpResponse> {
                return HttpResponse{200, "text/plain; charset=utf-8", public_reading ? kPublic : kClosed, {}};
              })});
}

}  // namespace koinon
