#include "node/publishing/meant_refs.h"

#include <algorithm>

#include <boost/json.hpp>

#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

Bytes format_meant(const std::vector<MeantRef>& refs) {
  if (refs.empty()) return {};
  json::array out;
  for (const MeantRef& ref : refs)
    out.push_back(
        json::array{ref.text, to_text(ref.log), std::to_string(ref.index.value), to_hex(ref.leaf.view())});
  return json::serialize(out);
}

std::optional<MeantRef> read_one(const json::value& item) {
  const auto* parts = item.if_array();
  constexpr std::size_t kParts = 4;
  if (parts == nullptr || parts->size() != kParts) return std::nullopt;
  std::vector<std::string> texts;
  for (const json::value& part : *parts) {
    if (!part.is_string()) return std::nullopt;
    texts.emplace_back(part.as_string());
  }
  const auto log = parse_log_id(texts[1]);
  const auto index = parse_decimal(texts[2]);
  const auto leaf = from_hex(texts[3]);
  if (!log.ok() || !index.ok() || !leaf.ok() || leaf->size() != Hash::kSize) return std::nullopt;
  return MeantRef{texts[0], *log, EntryIndex(*index), Hash::from(*leaf)};
}

// Only this node has written it.
std::vector<MeantRef> read_meant(const Bytes& meant) {
  std::vector<MeantRef> out;
  boost::system::error_code error;
  const json::value read = json::parse(meant.empty() ? "[]" : meant, error);
  if (error || !read.is_array()) return out;
  for (const json::value& item : read.get_array()) {
    if (auto one = read_one(item)) out.push_back(std::move(*one));
  }
  return out;
}

Error refers_elsewhere() {
  return fail(Code::kNotFound,
              Sentence{"note.refers_elsewhere",
                       "what the note refers to was not here when it was written, or its city's name means "
                       "another city by now; name it in full, such as seoul.example~abcdefghijklmnop/17"},
              "refs");
}

}  // namespace

Bytes meant_by(const v1::Entry& entry, const std::vector<std::string>& texts) {
  std::vector<MeantRef> out;
  for (int i = 0; i < entry.refs_size(); ++i) {
    const v1::Ref& ref = entry.refs(i);
    if (ref.leaf_hash().size() != Hash::kSize || ref.log_id().size() != LogId::kSize) continue;
    const auto at = static_cast<std::size_t>(i);
    out.push_back({at < texts.size() ? texts[at] : std::string(), LogId::from(ref.log_id()),
                   EntryIndex(ref.index()), Hash::from(ref.leaf_hash())});
  }
  return format_meant(out);
}

Bytes still_meant(const Bytes& before, const std::vector<std::string>& texts, const FindMeant& find) {
  const std::vector<MeantRef> known = read_meant(before);
  std::vector<MeantRef> out;
  for (const std::string& text : texts) {
    const auto same =
        std::find_if(known.begin(), known.end(), [&](const MeantRef& one) { return one.text == text; });
    auto meant = same == known.end() ? find(text) : std::optional(*same);
    if (meant) out.push_back(std::move(*meant));
  }
  return format_meant(out);
}

Status check_meant(const Bytes& meant, const v1::Entry& entry) {
  const std::vector<MeantRef> known = read_meant(meant);
  if (known.empty()) return {};
  for (const v1::Ref& ref : entry.refs()) {
    if (ref.leaf_hash().empty()) continue;
    bool place = false;
    bool same = false;
    for (const MeantRef& one : known) {
      const bool there = one.log.view() == ref.log_id() && one.index.value == ref.index();
      place = place || there;
      same = same || (there && one.leaf.view() == ref.leaf_hash());
    }
    if (!same) return place ? refers_to_void() : refers_elsewhere();
  }
  return {};
}

Error refers_to_void() {
  return fail(
      Code::kNotFound,
      Sentence{"note.refers_to_void",
               "what the note refers to is void: its city took its log back, and that entry counts no more"},
      "refs");
}

}  // namespace koinon
