// Giving files, chunk by chunk, within the credit that the peer lends. What is not held may be looked for
// with other peers; its request waits then, and others pass it. Files of our own notes are held back as long
// as their texts are: what has erased them may be what is not back yet.
#pragma once

#include "node/engine/files.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class FileServing {
 public:
  FileServing(Effects& effects, Logs& logs, Links& links, const Standing& standing, Files& files)
      : effects_(effects), logs_(logs), links_(links), standing_(standing), files_(files) {}

  void on_get(Link& link, const v1::GetAttachment& request);
  // Reads the next chunk of the first request that does not wait for one to come, while the peer takes them.
  void pump(Link& link);
  // The peer takes no more of an answer. True if there was one.
  bool cancel(Link& link, std::uint64_t request_id);
  // Those that wait for a chunk that is here now, below `stored`, or, without it, will not come.
  void wake(const AttachmentId& id, std::optional<std::uint32_t> stored);

 private:
  void serve(Link& link, std::uint64_t number, const Result<ChunkRead>& answer);
  bool look_further(Link& link, FileRequest request, const AttachmentState& state);

  Effects& effects_;
  Logs& logs_;
  Links& links_;
  const Standing& standing_;
  Files& files_;
};

}  // namespace koinon::engine
