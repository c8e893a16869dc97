#include "tools/list_cell.h"

#include <algorithm>

#include "tools/cell_values.h"

namespace koinon {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// One part of the cell, and what ended it.
class PartReader {
 public:
  PartReader(std::string_view cell, bool bars) : cell_(cell), separators_(bars ? ";\n|" : ";\n") {}

  bool done() const { return done_; }
  char ended_by() const { return ended_by_; }
  bool quoted() const { return quoted_; }
  // Whether the part that comes next stands directly after what ended the last.
  bool next_is_glued() const { return at_ < cell_.size() && !is_blank(cell_[at_]); }

  std::string next() {
    quoted_ = false;
    std::size_t begin = at_;
    while (begin < cell_.size() && is_blank(cell_[begin])) ++begin;
    std::string text;
    std::size_t end = begin;
    if (begin < cell_.size() && cell_[begin] == '"') {
      end = quoted_end(begin, text);
      quoted_ = end > begin;
    }
    if (!quoted_) {
      end = std::min(cell_.find_first_of(separators_, begin), cell_.size());
      text = clean_text(cell_.substr(begin, end - begin));
    }
    done_ = end == cell_.size();
    ended_by_ = done_ ? '\0' : cell_[end];
    at_ = end + 1;
    return text;
  }

 private:
  // The end of a part between quotation marks, with the blanks after it. `begin`: they do not enclose the
  // part, so the first one is a letter like others.
  std::size_t quoted_end(std::size_t begin, std::string& text) {
    text.clear();
    for (std::size_t i = begin + 1; i < cell_.size(); ++i) {
      if (cell_[i] != '"') {
        text += cell_[i];
        continue;
      }
      if (i + 1 < cell_.size() && cell_[i + 1] == '"') {
        text += cell_[++i];
        continue;
      }
      for (++i; i < cell_.size() && is_blank(cell_[i]);) ++i;
      return i == cell_.size() || separators_.find(cell_[i]) != std::string_view::npos ? i : begin;
    }
    return begin;
  }

  std::string_view cell_;
  std::string_view separators_;
  std::size_t at_ = 0;
  bool done_ = false;
  bool quoted_ = false;
  char ended_by_ = '\0';
};

bool has_text(const ListItem& item) {
  return std::any_of(item.parts.begin(), item.parts.end(),
                     [](const std::string& part) { return !part.empty(); });
}

std::string part_text(const std::string& part, bool bars) {
  const bool plain =
      part.find_first_of(bars ? ";\n|\"" : ";\n\"") == std::string::npos && clean_text(part) == part;
  if (plain) return part;
  std::string out = "\"";
  for (const char c : part) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::vector<ListItem> read_list_cell(std::string_view cell, bool bars) {
  std::vector<ListItem> out;
  PartReader reader(cell, bars);
  ListItem item;
  while (!reader.done()) {
    if (item.parts.empty()) item.glued = reader.ended_by() == ';' && reader.next_is_glued();
    item.parts.push_back(reader.next());
    item.quoted = item.quoted || reader.quoted();
    if (reader.ended_by() == '|') continue;
    if (has_text(item)) out.push_back(std::move(item));
    item = ListItem();
  }
  return out;
}

std::string list_cell(const std::vector<std::vector<std::string>>& items, bool bars) {
  std::string out;
  for (const auto& parts : items) {
    std::size_t used = parts.size();
    while (used > 0 && parts[used - 1].empty()) --used;
    if (used == 0) continue;
    if (!out.empty()) out += "; ";
    for (std::size_t i = 0; i < used; ++i) out += (i == 0 ? "" : " | ") + part_text(parts[i], bars);
  }
  return out;
}

}  // namespace koinon
