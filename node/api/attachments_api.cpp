#include "node/api/attachments_api.h"

#include "node/api/change_request.h"
#include "node/api/network_questions.h"
#include "node/api/store_changes.h"
#include "node/publishing/file_kinds.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr const char* kFiles = "/api/v1/records/{city}/{index}/attachments";
constexpr const char* kFile = "/api/v1/records/{city}/{index}/attachments/{sha256}";

std::string target_of_file(const FileQuery& query) { return query.ref + "/" + to_hex(query.sha256.view()); }

}  // namespace

Result<UploadQuery> read_upload_query(const std::string& sha256) {
  const auto bytes = from_hex(sha256);
  if (!bytes.ok() || bytes->size() != Hash::kSize)
    return fail(Code::kInvalidArgument, "it is the SHA-256 of a file in hexadecimal", "sha256");
  return UploadQuery{Hash::from(*bytes)};
}

Result<FileQuery> read_file_query(std::string ref, const std::string& sha256) {
  KOINON_ASSIGN(const UploadQuery named, read_upload_query(sha256));
  return FileQuery{std::move(ref), named.sha256};
}

AttachmentsApi::AttachmentsApi(ApiShared& shared)
    : list({.method = "GET",
            .pattern = kFiles,
            .need = Need::kReading,
            .id = "listAttachments",
            .tag = "attachments",
            .summary = "The files that go with a note",
            .gives = "AttachmentList"},
           this, &AttachmentsApi::list_files),
      get({.method = "GET",
           .pattern = kFile,
           .need = Need::kReading,
           .id = "getAttachment",
           .tag = "attachments",
           .summary = "A file, to be saved",
           .gives = "application/octet-stream"},
          this, &AttachmentsApi::get_file),
      fetch({.method = "POST",
             .pattern = kFile,
             .need = Need::kReader,
             .id = "fetchAttachment",
             .tag = "attachments",
             .summary = "Fetch a file from other cities",
             .gives = "AttachmentState",
             .status = 202},
            this, &AttachmentsApi::fetch_file, {.target = target_of_file}),
      drop({.method = "DELETE",
            .pattern = kFile,
            .need = Need::kOperator,
            .id = "dropAttachment",
            .tag = "attachments",
            .summary = "Forget a file",
            .gives = "AttachmentState"},
           this, &AttachmentsApi::drop_file, {.target = target_of_file}),
      upload({.method = "POST",
              .pattern = "/api/v1/attachments",
              .need = Need::kPublisher,
              .id = "uploadAttachment",
              .tag = "attachments",
              .summary = "Give the node a file for a note to name",
              .takes = "application/octet-stream",
              .gives = "Upload",
              .status = 201,
              .body_limit = limits::kAttachmentBytes},
             this, &AttachmentsApi::take_upload),
      get_upload({.method = "GET",
                  .pattern = "/api/v1/attachments/{sha256}",
                  .need = Need::kPublisher,
                  .id = "getUpload",
                  .tag = "attachments",
                  .summary = "A file that the node was given, before a note names it",
                  .gives = "application/octet-stream"},
                 this, &AttachmentsApi::get_uploaded),
      parts_(shared.parts),
      desk_(shared.desk) {}

// A note that goes out next week, or is still written then, has its files. All drafts are read only where
// something would be forgotten: a file that is kept is young again for a day.
Result<std::vector<Hash>> AttachmentsApi::named_uploads(UnixMillis now) {
  KOINON_ASSIGN(const bool old, parts_.store->has_old_uploads(now));
  return old ? desk_.files_named() : std::vector<Hash>();
}

asio::awaitable<Result<AttachmentId>> AttachmentsApi::take_upload(Asker, Upload file) {
  if (!parts_.facts.log()) co_return observer_refusal();
  if (const Status harmless = check_no_program(file.bytes); !harmless.ok()) co_return harmless.error();
  auto cut = cut_attachment(file.bytes);
  if (!cut.ok()) co_return cut.error();
  std::string().swap(file.bytes);  // its chunks have it now
  const AttachmentId id = cut->id;
  const auto shared = std::make_shared<const CutAttachment>(std::move(*cut));
  const UnixMillis now = parts_.clock.wall();
  auto named = named_uploads(now);
  if (!named.ok()) co_return named.error();
  const Status stored =
      co_await change_store(&parts_.writer, [shared, named = std::move(*named), now](Store& store) -> Status {
        KOINON_TRY(store.keep_uploads(named, now));
        return store.put_attachment(*shared, now);
      });
  if (!stored.ok()) co_return stored.error();
  co_return id;
}

asio::awaitable<Result<std::vector<AttachmentView>>> AttachmentsApi::list_files(Asker, NamedRecord note) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  const auto found = directory.find_ref(note.ref);
  if (!found.ok()) co_return found.error();
  auto items = read_attachments(*parts_.store, found->log.id, found->index);
  if (!items.ok()) co_return items.error();
  for (AttachmentView& item : *items) {
    const auto standing = co_await fetching(item.id);
    if (standing) item.fetching = FileFetchView{standing->source, standing->trouble};
  }
  co_return items;
}

Result<AttachmentsApi::Named> AttachmentsApi::find(const FileQuery& query) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(query.ref));
  KOINON_ASSIGN(const auto items, read_attachments(*parts_.store, found.log.id, found.index));
  Named out{found.log.id, found.index, {}, to_hex(query.sha256.view())};
  KOINON_ASSIGN(out.state, parts_.store->attachment(out.log, out.index, query.sha256));
  for (const AttachmentView& item : items) {
    if (item.id.sha256 == query.sha256) out.name = item.name;
  }
  if (items.empty()) {
    // A text that is hidden hides its files.
    KOINON_ASSIGN(const StoredRecord record, parts_.store->record(out.log, out.index));
    if (record.hidden)
      return fail(Code::kNotFound, Sentence{"file.none_here", "there is no such file here"}, "sha256");
  }
  return out;
}

Result<FileView> AttachmentsApi::get_file(const Asker&, const FileQuery& query) {
  KOINON_ASSIGN(const Named named, find(query));
  KOINON_ASSIGN(std::string bytes, whole_file(named.state));
  return FileView{named.name, std::move(bytes)};
}

Result<std::string> AttachmentsApi::whole_file(const AttachmentState& state) {
  if (!state.complete)
    return fail(Code::kNotFound, "the file is not here; ask for it first: koinon attachment REF NAME",
                "sha256");
  return read_file(state.id);
}

Result<std::string> AttachmentsApi::read_file(const AttachmentId& id) {
  std::string out;
  out.reserve(id.size);
  for (std::uint32_t i = 0; i < chunk_count(id.size); ++i) {
    KOINON_ASSIGN(const AttachmentChunk chunk, parts_.store->attachment_chunk(id, i));
    out += chunk.bytes;
  }
  return out;
}

Result<FileView> AttachmentsApi::get_uploaded(const Asker&, const UploadQuery& query) {
  KOINON_ASSIGN(const auto held, parts_.store->attachment_named(query.sha256));
  if (!held) return fail(Code::kNotFound, Sentence{"file.none_here", "there is no such file here"}, "sha256");
  KOINON_ASSIGN(std::string bytes, read_file(*held));
  return FileView{to_hex(query.sha256.view()), std::move(bytes)};
}

// How far fetching is, which the network knows.
asio::awaitable<std::optional<FileFetching>> AttachmentsApi::fetching(AttachmentId id) {
  co_return co_await parts_.network.file(id);
}

asio::awaitable<Result<Hash>> AttachmentsApi::fetch_file(Asker, FileQuery query) {
  const auto named = find(query);
  if (!named.ok()) co_return named.error();
  const AttachmentWant want{named->log, named->index, named->state.id, AttachmentWish::kByHand, 0};
  const Status stored = co_await change_store(
      &parts_.writer,
      [want, now = parts_.clock.wall()](Store& store) { return store.want_attachment(want, now); });
  if (!stored.ok()) co_return stored.error();
  parts_.network.want_file(want);
  co_return want.id.sha256;
}

asio::awaitable<Result<Hash>> AttachmentsApi::drop_file(Asker, FileQuery query) {
  const auto named = find(query);
  if (!named.ok()) co_return named.error();
  const AttachmentId id = named->state.id;
  const Status dropped =
      co_await change_store(&parts_.writer, [id](Store& store) { return store.drop_attachment(id); });
  if (!dropped.ok()) co_return dropped.error();
  co_return id.sha256;
}

}  // namespace koinon
