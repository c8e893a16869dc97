#include "node/api/attachments_api.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/store_changes.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

Result<Hash> read_digest(const std::string& text) {
  const auto bytes = from_hex(text);
  if (!bytes.ok() || bytes->size() != Hash::kSize)
    return fail(Code::kInvalidArgument, "it is the SHA-256 of a file in hexadecimal", "sha256");
  return Hash::from(*bytes);
}

// Whatever its author calls it, a browser saves it and shows nothing of it.
HttpResponse download(std::string bytes, const std::string& name) {
  HttpResponse out{200, "application/octet-stream", std::move(bytes), {}};
  out.headers["Content-Disposition"] =
      "attachment; filename*=UTF-8''" + boost::urls::encode(name, boost::urls::unreserved_chars);
  out.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'";
  return out;
}

}  // namespace

void AttachmentsApi::add_routes(RouteTable& routes) {
  const std::string files = "/api/v1/records/{city}/{index}/attachments";
  routes.add({{.method = "GET",
               .pattern = files,
               .need = Need::kReading,
               .id = "listAttachments",
               .tag = "attachments",
               .summary = "The files that go with a note",
               .gives = "AttachmentList"},
              handler(this, &AttachmentsApi::attachments)});
  const std::string file = files + "/{sha256}";
  routes.add({{.method = "GET",
               .pattern = file,
               .need = Need::kReading,
               .id = "getAttachment",
               .tag = "attachments",
               .summary = "A file, to be saved",
               .gives = "application/octet-stream"},
              handler(this, &AttachmentsApi::attachments)});
  routes.add({{.method = "POST",
               .pattern = file,
               .need = Need::kReader,
               .id = "fetchAttachment",
               .tag = "attachments",
               .summary = "Fetch a file from other cities",
               .gives = "AttachmentState",
               .status = 202},
              handler(this, &AttachmentsApi::attachments)});
  routes.add({{.method = "DELETE",
               .pattern = file,
               .need = Need::kOperator,
               .id = "dropAttachment",
               .tag = "attachments",
               .summary = "Forget a file",
               .gives = "AttachmentState"},
              handler(this, &AttachmentsApi::attachments)});
  routes.add({{.method = "POST",
               .pattern = "/api/v1/attachments",
               .need = Need::kPublisher,
               .id = "uploadAttachment",
               .tag = "attachments",
               .summary = "Give the node a file for a note to name",
               .takes = "application/octet-stream",
               .gives = "Upload",
               .status = 201,
               .body_limit = limits::kAttachmentBytes},
              handler(this, &AttachmentsApi::put_attachment)});
}

// The file itself is the body of the request.
asio::awaitable<HttpResponse> AttachmentsApi::put_attachment(ApiRequest request) {
  if (!parts_.facts.log()) co_return problem(observer_refusal());
  const auto file = cut_attachment(request.body);
  if (!file.ok()) co_return problem(file.error());
  request.body.clear();
  const auto shared = std::make_shared<const CutAttachment>(*file);
  const Status stored = co_await change_store(
      &parts_.writer,
      [shared, now = parts_.clock.wall()](Store& store) { return store.put_attachment(*shared, now); });
  if (!stored.ok()) co_return problem(stored.error());
  co_return json_response({{"sha256", to_hex(file->id.sha256.view())}, {"size", file->id.size}}, 201);
}

// The attachments of a record, one of them, or a wish about one.
asio::awaitable<HttpResponse> AttachmentsApi::attachments(ApiRequest request) {
  Directory directory(*parts_.store, parts_.nearness);
  const auto found = directory.find_ref(request.path[3] + "/" + request.path[4]);
  if (!found.ok()) co_return problem(found.error());
  const LogId log = found->log.id;
  const auto items = attachments_json(*parts_.store, log, found->index);
  if (!items.ok()) co_return problem(items.error());
  if (request.path.size() == 6 && request.method == "GET") {
    json::array out = *items;
    for (auto& item : out) {
      const auto digest = read_digest(std::string(item.at("sha256").as_string()));
      const auto state = digest.ok() ? parts_.store->attachment(log, found->index, *digest)
                                     : Result<AttachmentState>(digest.error());
      if (!state.ok()) continue;
      const auto standing = co_await fetching(state->id);
      if (!standing) continue;
      item.as_object()["state"] = "being fetched";
      item.as_object()["from"] = standing->source;
      item.as_object()["trouble"] = standing->trouble;
    }
    co_return json_response({{"items", std::move(out)}});
  }
  if (request.path.size() != 7)
    co_return problem(fail(Code::kNotFound, "nothing is served at this address", "target"));
  const auto digest = read_digest(request.path[6]);
  if (!digest.ok()) co_return problem(digest.error());
  const auto state = parts_.store->attachment(log, found->index, *digest);
  if (!state.ok()) co_return problem(state.error());
  if (request.method == "POST") co_return co_await fetch_attachment(log, found->index, state->id);
  if (request.method == "DELETE") co_return co_await drop_attachment(state->id);
  std::string name = to_hex(digest->view());
  for (const auto& item : *items) {
    if (item.at("sha256").as_string() == name) name = std::string(item.at("name").as_string());
  }
  const auto bytes = whole_attachment(*state);
  co_return bytes.ok() ? download(*bytes, name) : problem(bytes.error());
}

Result<std::string> AttachmentsApi::whole_attachment(const AttachmentState& state) {
  if (!state.complete)
    return fail(Code::kNotFound, "the file is not here; ask for it first: koinon attachment REF NAME",
                "sha256");
  std::string out;
  out.reserve(state.id.size);
  for (std::uint32_t i = 0; i < chunk_count(state.id.size); ++i) {
    KOINON_ASSIGN(const AttachmentChunk chunk, parts_.store->attachment_chunk(state.id, i));
    out += chunk.bytes;
  }
  return out;
}

// How far fetching is, which the network knows.
asio::awaitable<std::optional<FileFetching>> AttachmentsApi::fetching(AttachmentId id) {
  Network* network = &parts_.network;
  using Standing = std::optional<FileFetching>;
  const auto ask = [network, id]() -> asio::awaitable<Standing> { co_return network->file(id); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<HttpResponse> AttachmentsApi::fetch_attachment(LogId log, EntryIndex index, AttachmentId id) {
  const AttachmentWant want{log, index, id, AttachmentWish::kByHand, 0};
  const Status stored = co_await change_store(
      &parts_.writer,
      [want, now = parts_.clock.wall()](Store& store) { return store.want_attachment(want, now); });
  if (!stored.ok()) co_return problem(stored.error());
  parts_.network.want_file(want);
  co_return json_response({{"sha256", to_hex(id.sha256.view())}, {"state", "wanted"}}, 202);
}

asio::awaitable<HttpResponse> AttachmentsApi::drop_attachment(AttachmentId id) {
  const Status dropped =
      co_await change_store(&parts_.writer, [id](Store& store) { return store.drop_attachment(id); });
  if (!dropped.ok()) co_return problem(dropped.error());
  co_return json_response({{"sha256", to_hex(id.sha256.view())}, {"state", "not here"}});
}

}  // namespace koinon
