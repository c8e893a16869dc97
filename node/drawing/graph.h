// Who stands how far from us, and who speaks for whom: a graph in columns, one for each step away from us.
// Pure functions.
#pragma once

#include <string>
#include <vector>

#include "node/drawing/svg.h"

namespace koinon {

struct GraphNode {
  std::string label;
  std::string name;  // the whole of it, for who does not see where it stands
  std::string href;
  std::size_t layer = 0;  // 0: ourselves
};

struct GraphEdge {
  std::size_t from = 0;  // nodes; one that there is not makes no edge
  std::size_t to = 0;
  bool weak = false;  // it is drawn with dashes
};

struct GraphPicture {
  PictureText text;
  std::vector<std::string> layers;  // what each column is called; nodes of later layers stand in the last
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
};

// The columns go in the direction of the language. A name that has no room in its column is shortened. Edges
// both ways are one line with two ends; within a column they are bows beside it.
std::string draw_graph(const GraphPicture& picture);

}  // namespace koinon
