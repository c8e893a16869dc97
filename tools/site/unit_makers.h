// Several makers at work at once, each with a node of its own to ask. What they make is put into the folder
// in the order in which it was wished for, whoever made it: the folder is the same as after one maker.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tools/site/made_files.h"
#include "tools/site/unit_maker.h"

namespace koinon::site_export {

class UnitMakers {
 public:
  // What one of them is to make. Called on any thread.
  using Wish = std::function<Result<MadeUnit>(UnitMaker&)>;

  // `nodes`: at least one; of each node one maker. `links` outlives this.
  UnitMakers(std::vector<std::unique_ptr<VisitedNode>> nodes, const SiteLinks& links);

  // A node to look things up, while nothing is made.
  VisitedNode& node() { return *nodes_.front(); }
  // The first error ends it; what was wished for before that is in the folder.
  Status make(const std::vector<Wish>& wishes, MadeFiles& files);
  // What was made and looked up in this run is made and looked up again.
  void forget();

 private:
  std::vector<std::unique_ptr<VisitedNode>> nodes_;
  std::vector<std::unique_ptr<UnitMaker>> makers_;
};

}  // namespace koinon::site_export
