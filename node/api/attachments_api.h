// Attachments: to give a file to the node, to fetch one, to hand one out.
//
// On the reading thread of its parts; the writer stores, and questions to the network are answered on the
// network's thread.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/attachment_view.h"

namespace koinon {

// A file of a note.
struct FileQuery {
  std::string ref;  // the note's ref
  Hash sha256;
};
// kInvalidArgument: the digest is malformed.
Result<FileQuery> read_file_query(std::string ref, const std::string& sha256);

struct FileView {
  std::string name;  // the name in the note
  std::string bytes;
};

struct UploadQuery {
  Hash sha256;
};
// kInvalidArgument: the digest is malformed.
Result<UploadQuery> read_upload_query(const std::string& sha256);

struct Upload {
  std::string bytes;
};

class AttachmentsApi {
 public:
  explicit AttachmentsApi(ApiShared& shared);

  const Operation<NamedRecord, std::vector<AttachmentView>> list;
  // kNotFound: the note does not name the file, or the file is not here.
  const Operation<FileQuery, FileView> get;
  // Both return the digest of the file.
  const Operation<FileQuery, Hash> fetch;
  const Operation<FileQuery, Hash> drop;
  // kRefused: it is a program.
  const Operation<Upload, AttachmentId> upload;
  // A file by its digest alone, for whoever writes the note that will name it. kNotFound: it is not here.
  const Operation<UploadQuery, FileView> get_upload;

 private:
  boost::asio::awaitable<Result<std::vector<AttachmentView>>> list_files(Asker asker, NamedRecord query);
  Result<FileView> get_file(const Asker& asker, const FileQuery& query);
  boost::asio::awaitable<Result<Hash>> fetch_file(Asker asker, FileQuery query);
  boost::asio::awaitable<Result<Hash>> drop_file(Asker asker, FileQuery query);
  boost::asio::awaitable<Result<AttachmentId>> take_upload(Asker asker, Upload file);
  Result<FileView> get_uploaded(const Asker& asker, const UploadQuery& query);

  // A file that a note names.
  struct Named {
    LogId log;
    EntryIndex index;
    AttachmentState state;
    std::string name;  // as the note calls it
  };
  Result<Named> find(const FileQuery& query);
  Result<std::string> whole_file(const AttachmentState& state);
  Result<std::string> read_file(const AttachmentId& id);
  Result<std::vector<Hash>> named_uploads(UnixMillis now);
  boost::asio::awaitable<std::optional<FileFetching>> fetching(AttachmentId id);

  ApiParts& parts_;
  Desk& desk_;
};

}  // namespace koinon
