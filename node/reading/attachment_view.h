// The files of a note, read for showing them. A view belongs to one request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/attachment.h"
#include "storage/store/store.h"

namespace koinon {

enum class FileState : unsigned char {
  kHere,
  kNotHere,
  kAnotherFile,  // all of it is here, but its digest is not the one that the note names
};
std::string_view file_state_text(FileState state);

// How the fetch of a file goes.
struct FileFetchView {
  std::string from;     // the peer that sends it; empty: no peer at this moment
  std::string trouble;  // the last problem
};

struct AttachmentView {
  AttachmentId id;
  std::string name;
  std::string media_type;
  std::string alt;  // what a picture shows, in words
  std::uint32_t chunks_held = 0;
  FileState state = FileState::kNotHere;
  std::optional<FileFetchView> fetching;  // only if the network was asked
};

// The files that a body names. Those that break a rule are left out.
std::vector<AttachmentView> read_attachments(StoreReader& store, const LogId& log, EntryIndex index,
                                             const v1::Body& body);
// The same for a record. There are none if its body is not here.
Result<std::vector<AttachmentView>> read_attachments(StoreReader& store, const LogId& log, EntryIndex index);

}  // namespace koinon
