// Commands about attachments: to give files to the node, and to get them out of it.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <thread>

#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/hash.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/input_file.h"
#include "tools/output_file.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::milliseconds kArrivalPoll{50};

struct MediaType {
  std::string_view extension;
  std::string_view type;
};
constexpr std::array<MediaType, 12> kMediaTypes = {{
    {".pdf", "application/pdf"},
    {".csv", "text/csv"},
    {".txt", "text/plain"},
    {".md", "text/markdown"},
    {".json", "application/json"},
    {".geojson", "application/geo+json"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".zip", "application/zip"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}};

std::string media_type_of(const std::filesystem::path& file) {
  const std::string extension = ascii_lower(file.extension().string());
  for (const auto& [known, type] : kMediaTypes) {
    if (known == extension) return std::string(type);
  }
  return "application/octet-stream";
}

Result<json::value> find_file(const json::value& page, const std::string& ref, const std::string& which) {
  std::vector<json::value> found;
  for (const auto& item : page.at("items").as_array()) {
    if (item.at("name").as_string() == which || item.at("sha256").as_string() == which) found.push_back(item);
  }
  if (found.empty()) return fail(Code::kNotFound, ref + " has no attachment of that name", which);
  if (found.size() > 1)
    return fail(Code::kConflict, "two attachments are called so; give the SHA-256 of one", which);
  return found.front();
}

Error not_coming(const std::string& state, const std::string& ref) {
  return fail(Code::kRefused, "the file is " + state + "; koinon explain " + ref + " says more", ref);
}

// Asks for the file and waits until it is here. A terminal shows the progress.
Status fetch(const ApiClient& client, const std::string& target, const std::string& ref,
             const std::string& digest) {
  KOINON_ASSIGN(const auto wanted, client.post_json(target + "/attachments/" + digest, json::object()));
  const bool terminal = isatty(STDERR_FILENO) != 0;
  while (true) {
    KOINON_ASSIGN(const auto page, client.get_json(target + "/attachments"));
    KOINON_ASSIGN(const auto file, find_file(page, ref, digest));
    if (terminal) {
      std::cerr << "\r" << member(file, "chunks_held") << " of " << member(file, "chunks") << " parts "
                << std::flush;
    }
    const std::string state = member(file, "state");
    const std::string trouble = member(file, "trouble");
    const bool waits = state == "being fetched" && (trouble.empty() || !member(file, "from").empty());
    if (terminal && !waits) std::cerr << "\n";
    if (state == "here") return {};
    if (state == "being fetched" && !waits) {
      return fail(Code::kUnavailable,
                  trouble + "; it is asked for again by itself, and this command then gives it", ref);
    }
    if (state != "being fetched") return not_coming(state, ref);
    std::this_thread::sleep_for(kArrivalPoll);
  }
}

Status write_out(const std::string& output, const std::string& bytes) {
  if (output == "-") {
    std::cout << bytes;
    return {};
  }
  return write_output(output, bytes);
}

}  // namespace

namespace {

// Reads each; `keep` is given its bytes and says its SHA-256 in hexadecimal.
Result<json::array> named_files(const std::vector<NoteArguments::File>& files,
                                const std::function<Result<std::string>(const Bytes&)>& keep) {
  for (const auto& file : files) {
    if (file.path.empty())
      return fail(Code::kInvalidArgument, "it stands behind the --attach of its picture, once", "--alt");
  }
  json::array out;
  for (const auto& file : files) {
    const auto bytes = read_input(file.path, limits::kAttachmentBytes);
    if (!bytes.ok()) return bytes.error();
    KOINON_ASSIGN(const std::string digest, keep(*bytes));
    json::object named{{"sha256", digest},
                       {"name", std::filesystem::path(file.path).filename().string()},
                       {"media_type", media_type_of(file.path)}};
    if (!file.alt.empty()) named["alt"] = file.alt;
    out.push_back(std::move(named));
  }
  return out;
}

}  // namespace

Result<json::array> named_attachments(const std::vector<NoteArguments::File>& files) {
  return named_files(files,
                     [](const Bytes& bytes) -> Result<std::string> { return to_hex(sha256(bytes).view()); });
}

Result<json::array> upload_attachments(const Common& common, const std::vector<NoteArguments::File>& files) {
  return named_files(files, [&](const Bytes& bytes) -> Result<std::string> {
    KOINON_ASSIGN(const auto held, ApiClient(common.data).post_bytes("/api/v1/attachments", bytes));
    return member(held, "sha256");
  });
}

Status run_attachment(const Common& common, const std::string& ref, const std::string& which,
                      const std::string& output) {
  KOINON_ASSIGN(const std::string target, record_target(ref));
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto page, client.get_json(target + "/attachments"));
  if (which.empty()) {
    if (common.json) std::cout << json::serialize(page) << "\n";
    for (const auto& item : page.at("items").as_array()) {
      if (!common.json) std::cout << attachment_line(item) << "\n";
    }
    return {};
  }
  if (output.empty()) return fail(Code::kInvalidArgument, "say where it goes: -o FILE", "output");
  KOINON_ASSIGN(const auto file, find_file(page, ref, which));
  const std::string digest = member(file, "sha256");
  if (member(file, "state") != "here") KOINON_TRY(fetch(client, target, ref, digest));
  KOINON_ASSIGN(const std::string bytes, client.get(target + "/attachments/" + digest));
  return write_out(output, bytes);
}

}  // namespace koinon
