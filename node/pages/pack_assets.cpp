// pack_assets FOLDER OUTPUT: writes OUTPUT, a source that has every asset of asset_list.h, whose files are in
// FOLDER, in gzip and in brotli. The build runs it; packed_assets.h declares what it writes.
#include <fstream>
#include <iostream>
#include <sstream>

#include "node/http/compression.h"
#include "node/pages/asset_list.h"

namespace koinon {
namespace {

constexpr std::size_t kBytesInLine = 24;

Result<std::string> content_of(const Asset& asset, const std::string& folder) {
  std::ostringstream out;
  for (const std::string_view file : asset.files) {
    if (file.empty()) continue;
    std::ifstream in(folder + "/" + std::string(file), std::ios::binary);
    if (!in || !(out << in.rdbuf())) return fail(Code::kIo, "it cannot be read", std::string(file));
  }
  return out.str();
}

// Each byte as three octal digits: whatever stands behind it is no part of it.
void write_literal(std::ostream& out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % kBytesInLine == 0) out << (i == 0 ? "\"" : "\"\n    \"");
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out << '\\' << (byte >> 6) << (byte >> 3 & 7) << (byte & 7);
  }
  out << '"';
}

Status write_packed(std::ostream& out, const std::string& folder) {
  out << "#include \"node/pages/packed_assets.h\"\n\nnamespace koinon {\n\n"
         "std::string_view packed_asset(std::string_view name, ContentCoding coding) {\n";
  for (const Asset& asset : kAssets) {
    KOINON_ASSIGN(const std::string content, content_of(asset, folder));
    for (const auto& [coding, word] :
         {std::pair(ContentCoding::kGzip, "kGzip"), std::pair(ContentCoding::kBrotli, "kBrotli")}) {
      KOINON_ASSIGN(const std::string packed, compress(content, coding, Effort::kBest));
      out << "  if (name == \"" << asset.name << "\" && coding == ContentCoding::" << word
          << ")\n    return {";
      write_literal(out, packed);
      out << ",\n            " << packed.size() << "};\n";
    }
  }
  out << "  return {};\n}\n\n}  // namespace koinon\n";
  return {};
}

Status pack(const std::string& folder, const std::string& output) {
  std::ostringstream text;
  KOINON_TRY(write_packed(text, folder));
  std::ofstream file(output, std::ios::binary);
  file << text.str();
  file.close();
  if (!file) return fail(Code::kIo, "it cannot be written", output);
  return {};
}

}  // namespace
}  // namespace koinon

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "usage: pack_assets FOLDER OUTPUT\n";
    return 2;
  }
  const koinon::Status done = koinon::pack(words[1], words[2]);
  if (done.ok()) return 0;
  std::cerr << "pack_assets: " << done.error().text() << '\n';
  return 1;
}
