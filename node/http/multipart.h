// Forms with files: multipart/form-data (RFC 7578, the framing of RFC 2046 §5.1.1), as browsers send them.
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
  std::string file_name = {};   // without folders; empty: the field was left empty
  std::string media_type = {};  // as the browser says; empty: it does not
};

bool is_multipart(std::string_view content_type);
// kMalformed where the body is no such form; kTooLarge above limits::kFormParts. Names are UTF-8 and without
// control characters; what a file's content is, nobody has looked at.
Result<std::vector<FormPart>> read_multipart(std::string_view body, std::string_view content_type);

}  // namespace koinon
