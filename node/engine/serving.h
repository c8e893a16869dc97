// Giving entries: heads, chunks and bodies on request, all within the credit that the peer lends.
#pragma once

#include "node/engine/broadcast.h"
#include "node/engine/file_serving.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class Serving {
 public:
  Serving(Effects& effects, Logs& logs, Links& links, Holdings& holdings, SeenHeads& seen, Standing& standing,
          Forks& forks, Bodies& bodies, FileServing& file_serving, Broadcast& broadcast,
          const CosignedHeads& cosigned);

  void on_get_heads(Link& link, const v1::GetHeads& request);
  void on_get(Link& link, const v1::Get& get);
  void on_get_bodies(Link& link, const v1::GetBodies& request);
  // The peer takes no more of an answer. Of one that has ended already the last frame is on its way.
  void on_cancel(Link& link, const v1::Cancel& cancel);
  void on_credit(Link& link, const v1::Credit& credit);
  // The peer or the transport takes more: bodies, files, then entries are read for it.
  void pump(Link& link);

 private:
  v1::Head named_head(const Link& link, const Log& log) const;
  void show_seen(const Link& link, v1::Heads& heads) const;
  void send_head(Link& link, const Log& log, std::uint64_t request_id);
  void pump_runs(Link& link);
  void on_run_read(SessionId id, std::uint64_t number, Result<ServedRun> answer);
  void refuse_run(Link& link, const RunRequest& request, const Error& error);
  void pump_bodies(Link& link);
  void on_bodies_read(SessionId id, std::uint64_t number, TreeSize held,
                      Result<std::vector<StoredRecord>> answer);
  void send_bodies(Link& link, const std::vector<StoredRecord>& records, TreeSize held);

  Effects& effects_;
  Logs& logs_;
  Links& links_;
  Holdings& holdings_;
  SeenHeads& seen_;
  Standing& standing_;
  Forks& forks_;
  Bodies& bodies_;
  FileServing& file_serving_;
  Broadcast& broadcast_;
  const CosignedHeads& cosigned_;
};

}  // namespace koinon::engine
