// The logs of a node as files: tiles, keys and checkpoints, as C2SP tlog-tiles has them. A checkpoint is read
// first and written last: whoever has read it finds all tiles that it speaks of.
//
// Belongs to one thread. Its references must live longer than it.
#pragma once

#include <string>
#include <vector>

#include "node/log_files/tiles.h"
#include "tools/site/made_files.h"
#include "tools/site/visited_node.h"

namespace koinon::site_export {

// The tiles of a log of `size` entries that one of `before` did not have, full ones and those at the end. The
// order is that in which they can be written. Pure.
std::vector<TilePath> new_tiles(std::uint64_t before, std::uint64_t size);
// Those of them that are not full.
std::vector<TilePath> partial_tiles(std::uint64_t size);

class LogCopies {
 public:
  LogCopies(VisitedNode& node, MadeFiles& files) : node_(node), files_(files) {}

  // Reads the heads of all logs that are held whole. A head can be another one without a new entry, by a
  // cosignature; so each is read every time.
  Status read_heads();
  // `whole`: also the tiles that were written before.
  Status write_tiles(bool whole);
  // Keys, then checkpoints; and takes away the small tiles of heads before the last two.
  Status write_heads();

  struct Head {
    LogId log;
    Address folder;  // /log/LOGID, or /log/LOGID/N
    std::uint64_t size = 0;
    std::string checkpoint;
    Address keys_address;
    std::string keys;
  };
  const std::vector<Head>& heads() const { return heads_; }

 private:
  // What was written of a log: the sizes of its last two heads.
  struct Written {
    std::uint64_t before = 0;
    std::uint64_t last = 0;
  };
  Result<Written> written(const Head& head);
  Status note_written(const Head& head, const Written& written);
  Status read_head(const LogState& state);

  VisitedNode& node_;
  MadeFiles& files_;
  std::vector<Head> heads_;
};

}  // namespace koinon::site_export
