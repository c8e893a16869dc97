// The files that go with a note, read for whoever shows them. Each belongs to one request.
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
  kAnotherFile,  // all of it is here, and its digest is not the one that the note names
};
std::string_view file_state_text(FileState state);

// Of a file that is being fetched.
struct FileFetchView {
  std::string from;     // the peer that it comes from; empty: none now
  std::string trouble;  // what was in the way last
};

struct AttachmentView {
  AttachmentId id;
  std::string name;
  std::string media_type;
  std::uint32_t chunks_held = 0;
  FileState state = FileState::kNotHere;
  std::optional<FileFetchView> fetching;  // only where the network was asked
};

// The files that a body names, those left out that break a rule.
std::vector<AttachmentView> read_attachments(StoreReader& store, const LogId& log, EntryIndex index,
                                             const v1::Body& body);
// The same of a record. Without its body there are none.
Result<std::vector<AttachmentView>> read_attachments(StoreReader& store, const LogId& log, EntryIndex index);

}  // namespace koinon
