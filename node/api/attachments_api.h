// Attachments: giving a file to the node, fetching one, handing one out.
//
// On the reading thread that its parts belong to; the writer stores, and what is asked of the network is
// answered on the network's.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/attachment_view.h"

namespace koinon {

// A file that goes with a note.
struct FileQuery {
  std::string ref;  // of the note
  Hash sha256;
};
// kInvalidArgument: the digest is none.
Result<FileQuery> read_file_query(std::string ref, const std::string& sha256);

struct FileView {
  std::string name;  // as the note calls it
  std::string bytes;
};

struct Upload {
  std::string bytes;
};

class AttachmentsApi {
 public:
  explicit AttachmentsApi(ApiShared& shared);

  const Operation<NamedRecord, std::vector<AttachmentView>> list;
  // kNotFound: the note names no such file, or it is not here.
  const Operation<FileQuery, FileView> get;
  // Both say which file they were about.
  const Operation<FileQuery, Hash> fetch;
  const Operation<FileQuery, Hash> drop;
  const Operation<Upload, AttachmentId> upload;

 private:
  boost::asio::awaitable<Result<std::vector<AttachmentView>>> list_files(Asker asker, NamedRecord query);
  Result<FileView> get_file(const Asker& asker, const FileQuery& query);
  boost::asio::awaitable<Result<Hash>> fetch_file(Asker asker, FileQuery query);
  boost::asio::awaitable<Result<Hash>> drop_file(Asker asker, FileQuery query);
  boost::asio::awaitable<Result<AttachmentId>> take_upload(Asker asker, Upload file);

  // A file that a note names.
  struct Named {
    LogId log;
    EntryIndex index;
    AttachmentState state;
    std::string name;  // as the note calls it
  };
  Result<Named> find(const FileQuery& query);
  Result<std::string> whole_file(const AttachmentState& state);
  boost::asio::awaitable<std::optional<FileFetching>> fetching(AttachmentId id);

  ApiParts& parts_;
};

}  // namespace koinon
