// The files into which a store moves back: in a folder of their own beside the files whose place they take
// once the move is done. Cut short anywhere, the next run takes it up.
#pragma once

#include "storage/move/place.h"

namespace koinon::move {

class NewFiles {
 public:
  // `wanted`: where they belong in the end.
  explicit NewFiles(PlaceFiles wanted) : wanted_(std::move(wanted)) {}

  // Where they are made.
  PlaceFiles files() const {
    return {folder() / wanted_.store.filename(), folder() / wanted_.office.filename()};
  }
  Status make_folder() const;
  // The move into them is done, and nothing is left but to put them in place. Then they must not be opened as
  // a whole: some may be in place already.
  Result<bool> are_done() const;
  // The store that is in the wanted place gives way: it is an old one, and says that it has moved. kConflict:
  // it has not.
  Status check_old() const;
  // Nobody has any of the files open. The store's comes last.
  Status put_in_place() const;

 private:
  std::filesystem::path folder() const { return wanted_.store.parent_path() / "store-move"; }

  PlaceFiles wanted_;
};

}  // namespace koinon::move
