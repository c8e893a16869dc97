#include "node/api/attachments_json.h"

#include <boost/json.hpp>

#include "node/api/attachments_api.h"
#include "node/api/file_response.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<FileQuery> file_of(const ApiRequest& request) {
  return read_file_query(ref_arg(request), request.arg("sha256"));
}

Result<UploadQuery> upload_named(const ApiRequest& request) {
  return read_upload_query(request.arg("sha256"));
}

// The file itself is the body of the request.
Result<Upload> upload_of(const ApiRequest& request) { return Upload{request.body}; }

HttpResponse list_answer(const ApiRequest&, const std::vector<AttachmentView>& view) {
  json::array items;
  for (const AttachmentView& file : view) items.push_back(attachment_json(file));
  return json_response({{"items", std::move(items)}});
}

HttpResponse download(const ApiRequest&, const FileView& view) {
  return file_response(view.name, view.bytes);
}

HttpResponse fetch_answer(const ApiRequest&, const Hash& view) {
  return json_response({{"sha256", to_hex(view.view())}, {"state", "wanted"}}, 202);
}

HttpResponse drop_answer(const ApiRequest&, const Hash& view) {
  return json_response({{"sha256", to_hex(view.view())}, {"state", file_state_text(FileState::kNotHere)}});
}

HttpResponse upload_answer(const ApiRequest&, const AttachmentId& view) {
  return json_response({{"sha256", to_hex(view.sha256.view())}, {"size", view.size}}, 201);
}

}  // namespace

json::object attachment_json(const AttachmentView& view) {
  json::object out{{"sha256", to_hex(view.id.sha256.view())},
                   {"name", view.name},
                   {"media_type", view.media_type},
                   {"size", view.id.size},
                   {"chunks", chunk_count(view.id.size)},
                   {"chunks_held", view.chunks_held},
                   {"state", view.fetching ? "being fetched" : file_state_text(view.state)}};
  if (!view.alt.empty()) out["alt"] = view.alt;
  if (view.fetching) {
    out["from"] = view.fetching->from;
    out["trouble"] = view.fetching->trouble;
  }
  return out;
}

void add_attachments_routes(RouteTable& routes, CallGate& gate, const AttachmentsApi& attachments) {
  add_route(routes, gate, attachments.list, record_arg, list_answer);
  add_route(routes, gate, attachments.get, file_of, download);
  add_route(routes, gate, attachments.fetch, file_of, fetch_answer);
  add_route(routes, gate, attachments.drop, file_of, drop_answer);
  add_route(routes, gate, attachments.upload, upload_of, upload_answer);
  add_route(routes, gate, attachments.get_upload, upload_named, download);
}

}  // namespace koinon
