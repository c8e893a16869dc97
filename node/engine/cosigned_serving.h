// Giving cosignatures: the heads that peers ask for, with the lines that they ask for.
#pragma once

#include "node/engine/cosigned_heads.h"

namespace koinon::engine {

class CosignedServing {
 public:
  CosignedServing(Effects& effects, Logs& logs, Links& links, CosignedHeads& heads)
      : effects_(effects), logs_(logs), links_(links), heads_(heads) {}

  void on_get(Link& link, const v1::GetCosignatures& request);
  // The transport's queue has room again.
  void go_on(Link& link);

 private:
  Result<CosignedRequest> read_request(const v1::GetCosignatures& request) const;
  void on_read(Link& link, const Result<CosignedRead>& answer);
  void send_answer(Link& link);

  Effects& effects_;
  Logs& logs_;
  Links& links_;
  CosignedHeads& heads_;
};

}  // namespace koinon::engine
