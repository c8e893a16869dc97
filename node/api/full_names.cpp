#include "node/api/full_names.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "proto/base/limits.h"
#include "proto/codec/ref.h"

namespace koinon {
namespace json = boost::json;
namespace {

struct FullNames {
  Directory& directory;
  const LogId& own;

  Result<std::string> city(std::string_view text) {
    KOINON_ASSIGN(const LogState log, directory.find_city(text));
    return log.id == own ? std::string(text) : format_city(log.identity().name, log.id, true);
  }
  Result<std::string> ref(std::string_view text) {
    KOINON_ASSIGN(const HumanRef parsed, parse_ref(text));
    KOINON_ASSIGN(const std::string name, city(text.substr(0, text.rfind('/'))));
    return name + "/" + format_entry_name(parsed.entry);
  }

  Status write_refs(json::array& refs) {
    for (json::value& item : refs) {
      if (!item.is_object()) continue;
      KOINON_ASSIGN(const std::string full, ref(text_member(item.as_object(), "ref")));
      item.as_object()["ref"] = full;
    }
    return {};
  }
  Status write_cities(json::array& cities) {
    for (json::value& item : cities) {
      if (!item.is_string()) continue;
      KOINON_ASSIGN(const std::string full, city(std::string_view(item.as_string())));
      item = full;
    }
    return {};
  }
  Result<std::string> file(std::string text) {
    KOINON_ASSIGN(NoteFile note, parse_note_file(text));
    bool changed = false;
    for (NamedRef& item : note.refs) {
      KOINON_ASSIGN(std::string full, ref(item.ref));
      changed = changed || full != item.ref;
      item.ref = std::move(full);
    }
    for (std::string& item : note.to) {
      KOINON_ASSIGN(std::string full, city(item));
      changed = changed || full != item;
      item = std::move(full);
    }
    if (!changed) return text;
    std::string out = format_note_file(note);
    if (out.size() > limits::kNoteFileBytes)
      return fail(Code::kTooLarge, "a note file has at most 4 MiB", "file");
    return out;
  }
};

}  // namespace

Result<json::object> with_full_names(json::object request, Directory& directory, const LogId& own) {
  FullNames names{directory, own};
  if (auto* refs = request.if_contains("refs"); refs != nullptr && refs->is_array())
    KOINON_TRY(names.write_refs(refs->as_array()));
  if (auto* to = request.if_contains("to"); to != nullptr && to->is_array())
    KOINON_TRY(names.write_cities(to->as_array()));
  if (std::string file = text_member(request, "file"); !file.empty()) {
    KOINON_ASSIGN(const std::string full, names.file(std::move(file)));
    request["file"] = full;
  }
  return request;
}

}  // namespace koinon
