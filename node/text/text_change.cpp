#include "node/text/text_change.h"

#include <algorithm>
#include <vector>

namespace koinon {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// Lines [from, to) of a text as they stand there.
std::string joined(const std::vector<std::string_view>& lines, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to; ++i) {
    if (i > from) out += '\n';
    out += lines[i];
  }
  return out;
}

// Of each beginning of the words, how many of its last bytes begin the words as well (Knuth, Morris and
// Pratt, "Fast Pattern Matching in Strings", 1977).
std::vector<std::size_t> borders_of(std::string_view words) {
  std::vector<std::size_t> out(words.size(), 0);
  std::size_t same = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    while (same > 0 && words[i] != words[same]) same = out[same - 1];
    if (words[i] == words[same]) ++same;
    out[i] = same;
  }
  return out;
}

// Where the words stand as whole lines; they are not empty. npos: nowhere, or more than once. Both texts may
// be another city's: a search that begins anew at each byte would take hours of what repeats itself.
std::size_t only_place(std::string_view text, std::string_view words) {
  const auto is_whole = [&](std::size_t at) {
    const std::size_t end = at + words.size();
    return (at == 0 || text[at - 1] == '\n') && (end == text.size() || text[end] == '\n');
  };
  const std::vector<std::size_t> borders = borders_of(words);
  std::size_t found = std::string_view::npos;
  std::size_t same = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (same > 0 && (same == words.size() || text[i] != words[same])) same = borders[same - 1];
    if (text[i] == words[same]) ++same;
    if (same < words.size() || !is_whole(i + 1 - same)) continue;
    if (found != std::string_view::npos) return std::string_view::npos;
    found = i + 1 - same;
  }
  return found;
}

}  // namespace

std::optional<TextChange> change_between(std::string_view before, std::string_view after) {
  if (before == after) return std::nullopt;
  if (before.empty() || after.empty()) return TextChange{std::string(before), std::string(after)};
  const auto was = lines_of(before);
  const auto is = lines_of(after);
  const std::size_t shorter = std::min(was.size(), is.size());
  std::size_t head = 0;
  while (head < shorter && was[head] == is[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && was[was.size() - 1 - tail] == is[is.size() - 1 - tail]) ++tail;
  // Lines are taken in twice as many at a time, so that the work stays near linear.
  for (std::size_t more = 0;; more = more * 2 + 1) {
    const std::size_t from = head - std::min(head, more);
    const std::size_t left = tail - std::min(tail, more);
    TextChange out{joined(was, from, was.size() - left), joined(is, from, is.size() - left)};
    const bool whole = from == 0 && left == 0;
    const bool has_words = out.instead_of.find_first_not_of(" \t\n") != std::string::npos &&
                           out.text.find_first_not_of(" \t\n") != std::string::npos;
    if (whole || (has_words && only_place(before, out.instead_of) != std::string_view::npos)) return out;
  }
}

std::optional<std::string> with_change(std::string_view text, const TextChange& change) {
  if (change.instead_of.empty())
    return text.empty() ? std::optional(change.text) : std::optional<std::string>();
  const std::size_t at = only_place(text, change.instead_of);
  if (at == std::string_view::npos) return std::nullopt;
  std::string out(text.substr(0, at));
  out += change.text;
  out += text.substr(at + change.instead_of.size());
  return out;
}

}  // namespace koinon
