// The list of peers as text.
#include <algorithm>

#include <boost/json.hpp>

#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

// A city may have several nodes, and two cities may have one name.
std::size_t count_of_name(const json::value& peers, const std::string& name) {
  const auto& items = peers.at("items").as_array();
  return static_cast<std::size_t>(std::count_if(
      items.begin(), items.end(), [&](const json::value& item) { return member(item, "name") == name; }));
}

}  // namespace

std::string render_peers(const json::value& page) {
  std::string out;
  for (const auto& item : page.at("items").as_array()) {
    std::string line = member(item, "name");
    const bool is_alone = count_of_name(page, line) == 1;
    line.append(line.size() < 28 ? 28 - line.size() : 1, ' ');
    line += member(item, "address").empty() ? "(dials us)" : member(item, "address");
    line += "  " + member(item, "state");
    if (member(item, "connected") == "yes") line += ", " + member(item, "agent");
    const bool lasts = member(item, "connected") == "yes" || member(item, "paused") == "yes";
    line += " (" + std::string(lasts ? "since " : "last tried ") + member(item, "state_at") + ")";
    if (member(item, "observer") != "yes") line += "  " + member(item, "entries") + " entries held";
    out += line + "\n";
    if (!is_alone) out += "    its node key: " + member(item, "node_key") + "\n";
    if (const std::string send = member(item, "send"); !send.empty()) out += "    " + send + "\n";
  }
  if (out.empty())
    out = "no peers yet; ask another city for its line (koinon id) and run: koinon peer add LINE\n";
  const auto* knocks = page.as_object().if_contains("knocks");
  if (knocks == nullptr || knocks->as_array().empty()) return out;
  out += "\nKnocking, and not pinned here:\n";
  for (const auto& item : knocks->as_array()) {
    out += "  " + member(item, "node_key") + "  from " + member(item, "address") + ", " +
           member(item, "count") + " times, last " + member(item, "last_at") +
           "\n    on the phone: " + member(item, "spoken") + "\n";
  }
  return out +
         "Do not pin one for its address. Call the city that you expect, on a number that you have from "
         "elsewhere,\n"
         "and have its operator read out what their `koinon id` says of the phone. If it is the same, have "
         "them send\n"
         "you their line, and: koinon peer add LINE\n";
}

}  // namespace koinon
