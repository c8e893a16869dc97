// Commands about notes: publishing, listing, showing, watching.
#include <iostream>
#include <utility>

#include <boost/json.hpp>

#include "crypto/key_file.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<std::string> read_note_text(const std::string& file) {
  if (file != "-") return read_file(file, limits::kNoteFileBytes);
  std::string text;
  std::string buffer(65536, '\0');
  while (std::cin.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || std::cin.gcount() > 0) {
    text.append(buffer, 0, static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > limits::kNoteFileBytes)
      return fail(Code::kTooLarge, "a note file has at most 4 MiB", "stdin");
  }
  return text;
}

std::string first_line(const std::string& text) {
  return text.substr(0, std::min<std::size_t>(text.find('\n'), 120));
}

// The content fields that the options give, by the proto's names.
json::object content_of(const NoteArguments& arguments) {
  json::object content;
  put_given(content, "title", arguments.title);
  put_given(content, "stage", arguments.stage);
  put_given(content, "outcome", arguments.outcome);
  put_given(content, "urgency", arguments.urgency);
  if (arguments.text.empty()) return content;
  content[arguments.kind == "adoption" ? "changes" : "text"] = arguments.text;
  if (arguments.kind == "question" && arguments.title.empty()) content["title"] = first_line(arguments.text);
  return content;
}

json::array to_array(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

Status run_publish(const Common& common, const NoteArguments& arguments) {
  json::object request;
  if (!arguments.file.empty()) {
    const auto file = read_note_text(arguments.file);
    if (!file.ok()) return file.error();
    // JSON can only carry text. Bytes that are not UTF-8 would arrive changed.
    if (!is_utf8(*file))
      return fail(Code::kMalformed, "the file is not UTF-8; save it as UTF-8 and try again", arguments.file);
    request["file"] = *file;
  } else if (arguments.text.empty() && arguments.stage.empty()) {
    return fail(Code::kInvalidArgument, "give a FILE, or --text", "");
  }
  put_given(request, "kind", arguments.kind);
  put_given(request, "language", arguments.language);
  put_given(request, "office", arguments.office);
  put_given(request, "person", arguments.person);
  if (!arguments.topics.empty()) request["topics"] = to_array(arguments.topics);
  if (!arguments.to.empty()) request["to"] = to_array(arguments.to);
  json::array refs;
  for (const auto& ref : arguments.refs) refs.push_back(json::object{{"role", ref.role}, {"ref", ref.ref}});
  if (!refs.empty()) request["refs"] = std::move(refs);
  if (json::object content = content_of(arguments); !content.empty()) request["content"] = std::move(content);
  if (!arguments.attach.empty()) {
    KOINON_ASSIGN(request["attachments"], upload_attachments(common, arguments.attach));
  }
  if (arguments.again) request["again"] = true;
  KOINON_ASSIGN(const auto published, ApiClient(common.data).post_json("/api/v1/records", request));
  if (common.json) {
    std::cout << json::serialize(published) << "\n";
    return {};
  }
  const std::string ref = member(published, "ref");
  std::cout << (ref.empty() ? render_kept(published) : ref + "\n");
  for (const auto& warning : published.at("warnings").as_array())
    std::cerr << "koinon: " << harmless(warning.as_string()) << "\n";
  return {};
}

Status run_list(const Common& common, const ListArguments& arguments) {
  const std::map<std::string, std::string> query = {{"q", arguments.words},     {"topic", arguments.topic},
                                                    {"city", arguments.city},   {"kind", arguments.kind},
                                                    {"since", arguments.since}, {"limit", arguments.limit}};
  const std::string address = arguments.words.empty() ? "/api/v1/records" : "/api/v1/search";
  KOINON_ASSIGN(const auto page, ApiClient(common.data).get_json(with_query(address, query)));
  std::cout << (common.json ? json::serialize(page) + "\n" : render_list(page));
  return {};
}

Status run_show(const Common& common, const std::string& ref, const std::string& format) {
  KOINON_ASSIGN(const std::string target, record_target(ref));
  const ApiClient client(common.data);
  if (format == "md") {
    KOINON_ASSIGN(const std::string text, client.get(target + "/markdown"));
    KOINON_ASSIGN(const auto record, client.get_json(target));
    // Not in the note, which is to be read by programs again.
    if (const std::string standing = standing_of(record); !standing.empty())
      std::cerr << "koinon: " << standing << std::endl;
    std::cout << harmless(text, true);
    return {};
  }
  KOINON_ASSIGN(const auto record, client.get_json(target));
  std::cout << (common.json || format == "json" ? json::serialize(record) + "\n" : render_record(record));
  return {};
}

Status run_watch(const Common& common, const std::string& topic, const std::string& after, int count) {
  const std::string target = with_query("/api/v1/events", {{"topic", topic}, {"after", after}});
  int seen = 0;
  bool anew = false;
  return ApiClient(common.data).stream(target, [&](std::string_view line) {
    constexpr std::string_view kData = "data: ";
    if (line == "event: reset") {
      anew = true;
      std::cerr << "koinon: this node's arrivals count anew; what was shown before may be shown again\n";
    }
    if (!line.starts_with(kData)) return true;
    if (std::exchange(anew, false)) return true;  // of the reset
    line.remove_prefix(kData.size());
    boost::system::error_code error;
    const json::value record = json::parse({line.data(), line.size()}, error);
    if (error) return true;
    if (common.json) {
      std::cout << line << "\n" << std::flush;
    } else {
      std::cout << render_line(record) << std::flush;
    }
    return count == 0 || ++seen < count;
  });
}

}  // namespace koinon
