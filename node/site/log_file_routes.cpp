#include "node/site/log_file_routes.h"

#include "node/access/rights.h"

namespace koinon {

void add_log_file_routes(RouteTable& routes, LogFiles& files, bool public_reading) {
  const auto may_read = [public_reading](const ApiRequest& request) {
    return check_need(request.caller, Need::kReading, public_reading);
  };
  const auto name_of = [](const ApiRequest& request, bool taken_back) {
    return LogName{request.arg("city"), taken_back ? request.arg("origin") : std::string()};
  };
  routes.add(
      {{.method = "GET",
        .pattern = "/log/{city}/checkpoint",
        .need = Need::kAnyone,
        .id = "getCheckpoint",
        .tag = "logs",
        .summary =
            "The signed head of a log, by the city's name or log id; of one that was taken back N times "
            "with its recovery key it is at /log/{city}/N/checkpoint",
        .gives = "text/plain"},
       at_once([&files, may_read, name_of](const ApiRequest& request) {
         return files.checkpoint(name_of(request, false), may_read(request));
       })});
  routes.add({{.method = "GET",
               .pattern = "/log/{city}/tile/{path...}",
               .need = Need::kAnyone,
               .id = "getTile",
               .tag = "logs",
               .summary = "A tile of hashes (L/N[.p/W]) or of entries (entries/N[.p/W]), as C2SP tlog-tiles "
                          "has it; of a log "
                          "that was taken back N times at /log/{city}/N/tile/…",
               .gives = "application/octet-stream"},
              at_once([&files, may_read, name_of](const ApiRequest& request) {
                return files.tile(name_of(request, false), request.arg("path"), may_read(request));
              })});
  routes.add({{.method = "GET",
               .pattern = "/log/{city}/keys",
               .need = Need::kAnyone,
               .id = "getLogKeys",
               .tag = "logs",
               .summary = "The keys of a log, and the statements that changed them, as PROTOCOL.md \"Offline "
                          "proofs\" has them; whatever its origin is now",
               .gives = "text/plain"},
              at_once([&files, may_read](const ApiRequest& request) {
                return files.keys(request.arg("city"), may_read(request));
              })});
  Route checkpoint{{.method = "GET",
                    .pattern = "/log/{city}/{origin}/checkpoint",
                    .need = Need::kAnyone,
                    .id = "getCheckpointOfOrigin",
                    .tag = "logs",
                    .summary = "The same of a log that was taken back `origin` times",
                    .gives = "text/plain"},
                   at_once([&files, may_read, name_of](const ApiRequest& request) {
                     return files.checkpoint(name_of(request, true), may_read(request));
                   })};
  checkpoint.another = true;
  routes.add(std::move(checkpoint));
  Route tile{{.method = "GET",
              .pattern = "/log/{city}/{origin}/tile/{path...}",
              .need = Need::kAnyone,
              .id = "getTileOfOrigin",
              .tag = "logs",
              .summary = "The same of a log that was taken back `origin` times",
              .gives = "application/octet-stream"},
             at_once([&files, may_read, name_of](const ApiRequest& request) {
               return files.tile(name_of(request, true), request.arg("path"), may_read(request));
             })};
  tile.another = true;
  routes.add(std::move(tile));
}

}  // namespace koinon
