// Logs as C2SP tlog-tiles serves them, so that outside monitors and witnesses can audit:
// /log/CITY/checkpoint, /log/CITY/tile/….
#pragma once

#include "node/api/api.h"
#include "node/log_files/tiles.h"

namespace koinon {

class LogFilesApi {
 public:
  explicit LogFilesApi(ApiShared& shared)
      : parts_(shared.parts), public_(shared.parts.options.access.public_reading) {}
  void add_routes(RouteTable& routes);

 private:
  Result<LogState> find(const ApiRequest& request);
  Result<HttpResponse> checkpoint(const ApiRequest& request);
  Result<HttpResponse> tile(const ApiRequest& request);
  Result<HttpResponse> hashes(const LogState& log, const TilePath& path);
  Result<HttpResponse> entries(const LogState& log, const TilePath& path);

  ApiParts& parts_;
  bool public_;
};

}  // namespace koinon
