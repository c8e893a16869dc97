#include "node/site/log_file_routes.h"

#include "node/access/rights.h"

namespace koinon {

void add_log_file_routes(RouteTable& routes, LogFiles& files, bool public_reading) {
  const auto may_read = [public_reading](const ApiRequest& request) {
    return check_need(request.caller, Need::kReading, public_reading);
  };
  routes.add({{.method = "GET",
               .pattern = "/log/{city}/checkpoint",
               .need = Need::kAnyone,
               .id = "getCheckpoint",
               .tag = "logs",
               .summary = "The signed head of a log, by the city's name or log id",
               .gives = "text/plain"},
              at_once([&files, may_read](const ApiRequest& request) {
                return files.checkpoint(request.arg("city"), may_read(request));
              })});
  routes.add(
      {{.method = "GET",
        .pattern = "/log/{city}/tile/{path...}",
        .need = Need::kAnyone,
        .id = "getTile",
        .tag = "logs",
        .summary = "A tile of hashes (L/N[.p/W]) or of entries (entries/N[.p/W]), as C2SP tlog-tiles has it",
        .gives = "application/octet-stream"},
       at_once([&files, may_read](const ApiRequest& request) {
         return files.tile(request.arg("city"), request.arg("path"), may_read(request));
       })});
}

}  // namespace koinon
