#include "node/pages/pictures.h"

#include "node/publishing/file_kinds.h"
#include "proto/base/limits.h"

namespace koinon {

bool is_shown_as_picture(std::string_view media_type, std::uint64_t size) {
  return is_picture_type(media_type) && size <= limits::kPictureBytes;
}

// What it is its bytes say. Opened by itself it may load and run nothing.
Result<HttpResponse> picture_response(std::string bytes) {
  const std::string type(picture_type(bytes));
  if (type.empty() || bytes.size() > limits::kPictureBytes)
    return fail(Code::kNotFound, Sentence{"file.no_picture", "it is no picture that pages show"}, "sha256");
  HttpResponse out{200, type, std::move(bytes), {}};
  out.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'";
  out.headers["Cache-Control"] = "private, max-age=600";
  return out;
}

}  // namespace koinon
