// Forms with files as browsers send them: multipart/form-data (RFC 7578, with the framing of RFC 2046
// §5.1.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace koinon {

struct FormPart {
  std::string name;
  std::string content;
  bool is_file = false;
  std::string file_name = {};   // without folders; empty: no file was chosen
  std::string media_type = {};  // as the browser states it; may be empty
};

bool is_multipart(std::string_view content_type);
// kMalformed: the body is not such a form. kTooLarge: it has more than limits::kFormParts. Names in the
// result are UTF-8 without control characters. The content of files is not checked.
Result<std::vector<FormPart>> read_multipart(std::string_view body, std::string_view content_type);

}  // namespace koinon
