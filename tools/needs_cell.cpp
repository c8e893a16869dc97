#include "tools/needs_cell.h"

#include <vector>

#include <boost/json.hpp>

#include "node/text/plain_text.h"
#include "proto/base/ascii.h"
#include "proto/vocabulary/practice_words.h"
#include "tools/list_cell.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object need_of(const std::string& item) {
  const auto colon = item.find(':');
  if (colon != std::string::npos) {
    const std::string label = trimmed(item.substr(0, colon));
    const auto kind = PracticeWords::builtin().need_kind(label);
    if (kind || label.empty()) {
      json::object out;
      if (kind) out["what"] = *kind;
      if (std::string text = trimmed(item.substr(colon + 1)); !text.empty()) out["text"] = std::move(text);
      return out;
    }
  }
  return {{"text", item}};
}

std::string part_of_need(const json::object& need, std::string_view key) {
  const auto* value = need.if_contains(key);
  return value != nullptr && value->is_string() ? trimmed(plain_line(value->get_string())) : std::string();
}

std::string item_of(const json::object& need) {
  const std::string what = part_of_need(need, "what");
  const std::string text = part_of_need(need, "text");
  if (!what.empty()) return what + ": " + text;
  const json::object again = need_of(text);
  const bool is_itself = again.contains("text") && again.at("text") == json::value(text);
  return text.empty() || is_itself ? text : ": " + text;
}

}  // namespace

json::array read_needs_cell(std::string_view cell) {
  json::array out;
  for (const ListItem& item : read_list_cell(cell, false)) {
    if (json::object need = need_of(item.parts.front()); !need.empty()) out.push_back(std::move(need));
  }
  return out;
}

std::string needs_cell(const json::array& needs) {
  std::vector<std::vector<std::string>> items;
  for (const auto& need : needs) {
    if (need.is_string()) items.push_back({plain_line(need.get_string())});  // as a cell has it
    if (!need.is_object()) continue;
    if (std::string item = trimmed(item_of(need.get_object())); !item.empty())
      items.push_back({std::move(item)});
  }
  return list_cell(items, false);
}

}  // namespace koinon
