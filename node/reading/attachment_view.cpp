#include "node/reading/attachment_view.h"

#include "node/reading/shown_record.h"
#include "proto/codec/entry.h"

namespace koinon {

std::string_view file_state_text(FileState state) {
  switch (state) {
    case FileState::kHere:
      return "here";
    case FileState::kNotHere:
      return "not here";
    case FileState::kAnotherFile:
      return "not the file that the note names";
  }
  return "unknown";
}

std::vector<AttachmentView> read_attachments(StoreReader& store, const LogId& log, EntryIndex index,
                                             const v1::Body& body) {
  std::vector<AttachmentView> out;
  for (const auto& attachment : body.practice().attachments()) {
    const auto id = read_attachment(attachment);
    if (!id) continue;
    const auto state = store.attachment(log, index, id->sha256);
    if (!state.ok() || state->id != *id) continue;
    AttachmentView item;
    item.id = *id;
    item.name = attachment.name();
    item.media_type = attachment.media_type();
    item.alt = attachment.alt();
    item.chunks_held = state->chunks_held;
    item.state = state->complete ? FileState::kHere
                 : state->broken ? FileState::kAnotherFile
                                 : FileState::kNotHere;
    out.push_back(std::move(item));
  }
  return out;
}

Result<std::vector<AttachmentView>> read_attachments(StoreReader& store, const LogId& log, EntryIndex index) {
  KOINON_ASSIGN(const StoredRecord record, shown_record(store, log, index));
  const auto body = parse_body(record.body);
  if (!body.ok()) return std::vector<AttachmentView>();
  return read_attachments(store, log, index, *body);
}

}  // namespace koinon
