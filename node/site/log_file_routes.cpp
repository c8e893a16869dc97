#include "node/site/log_file_routes.h"

#include "node/access/access.h"

namespace koinon {

void add_log_file_routes(RouteTable& routes, LogFiles& files, bool public_reading) {
  const auto may_read = [public_reading](const HttpRequest& request) {
    return check_need(request.caller, Need::kReading, public_reading);
  };
  routes.add({"GET",
              "/log/{city}/checkpoint",
              Need::kAnyone,
              "getCheckpoint",
              "logs",
              "The signed head of a log, by the city's name or log id",
              {},
              "",
              "text/plain",
              200,
              at_once([&files, may_read](const HttpRequest& request) {
                return files.checkpoint(request.arg("city"), may_read(request));
              }),
              {}});
  routes.add({"GET",
              "/log/{city}/tile/{path...}",
              Need::kAnyone,
              "getTile",
              "logs",
              "A tile of hashes (L/N[.p/W]) or of entries (entries/N[.p/W]), as C2SP tlog-tiles has it",
              {},
              "",
              "application/octet-stream",
              200,
              at_once([&files, may_read](const HttpRequest& request) {
                return files.tile(request.arg("city"), request.arg("path"), may_read(request));
              }),
              {}});
}

}  // namespace koinon
