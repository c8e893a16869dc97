// Attachments: giving a file to the node, fetching one, handing one out.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class AttachmentsApi {
 public:
  explicit AttachmentsApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> put_attachment(ApiRequest request);
  boost::asio::awaitable<HttpResponse> attachments(ApiRequest request);
  Result<std::string> whole_attachment(const AttachmentState& state);
  boost::asio::awaitable<std::optional<FileFetching>> fetching(AttachmentId id);
  boost::asio::awaitable<HttpResponse> fetch_attachment(LogId log, EntryIndex index, AttachmentId id);
  boost::asio::awaitable<HttpResponse> drop_attachment(AttachmentId id);

  ApiParts& parts_;
};

}  // namespace koinon
