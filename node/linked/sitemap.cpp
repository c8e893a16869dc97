#include "node/linked/sitemap.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <pugixml.hpp>

#include "node/linked/linked_notes.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::uint64_t kArrivalsOfFile = 1000;
constexpr std::uint64_t kFilesListed = 50'000;
constexpr std::array<const char*, 5> kPages = {"/", "/questions", "/map", "/cities", "/impact"};
constexpr const char* kNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9";
constexpr std::string_view kNotes = "notes-";
constexpr std::string_view kSuffix = ".xml";

class SitemapText {
 public:
  explicit SitemapText(const char* root) {
    auto declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    root_ = document_.append_child(root);
    root_.append_attribute("xmlns") = kNamespace;
  }

  // `changed`: empty: it is not known when.
  void add(const char* element, const std::string& address, const std::string& changed) {
    auto item = root_.append_child(element);
    item.append_child("loc").append_child(pugi::node_pcdata).set_value(address.c_str());
    if (!changed.empty())
      item.append_child("lastmod").append_child(pugi::node_pcdata).set_value(changed.c_str());
  }

  HttpResponse response() const {
    std::ostringstream out;
    document_.save(out, "", pugi::format_raw, pugi::encoding_utf8);
    HttpResponse made{200, "application/xml; charset=utf-8", out.str(), {}};
    made.headers["Cache-Control"] = "no-cache";
    return made;
  }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

std::uint64_t files_up_to(ArrivalSeq position) {
  return (position.value + kArrivalsOfFile - 1) / kArrivalsOfFile;
}

Error no_such_file() { return fail(Code::kNotFound, "/sitemap.xml lists the files that there are"); }

}  // namespace

Result<HttpResponse> Sitemap::list(const std::string& base) {
  KOINON_ASSIGN(const ArrivalSeq position, parts_.index.position());
  const std::uint64_t files = files_up_to(position);
  SitemapText text("sitemapindex");
  text.add("sitemap", base + "/sitemaps/pages.xml", "");
  const std::uint64_t listed = std::min(files, kFilesListed - 1);
  for (std::uint64_t number = files; number-- > files - listed;)
    text.add("sitemap",
             base + "/sitemaps/" + std::string(kNotes) + std::to_string(number) + std::string(kSuffix), "");
  return text.response();
}

Result<HttpResponse> Sitemap::file(const std::string& base, const std::string& name) {
  if (name == "pages.xml") {
    SitemapText text("urlset");
    for (const char* page : kPages) text.add("url", base + page, "");
    if (parts_.has_catalogue) text.add("url", base + "/catalog", "");
    return text.response();
  }
  if (!name.starts_with(kNotes) || !name.ends_with(kSuffix) || name.size() <= kNotes.size() + kSuffix.size())
    return no_such_file();
  const auto number = parse_decimal(
      std::string_view(name).substr(kNotes.size(), name.size() - kNotes.size() - kSuffix.size()));
  KOINON_ASSIGN(const ArrivalSeq position, parts_.index.position());
  if (!number.ok() || *number >= files_up_to(position)) return no_such_file();
  return notes(base, *number);
}

Result<HttpResponse> Sitemap::notes(const std::string& base, std::uint64_t number) {
  IndexQuery query;
  query.after = ArrivalSeq(number * kArrivalsOfFile);
  query.before = ArrivalSeq((number + 1) * kArrivalsOfFile + 1);
  query.limit = kArrivalsOfFile;
  KOINON_ASSIGN(const auto records, parts_.index.find(query));
  Directory directory(parts_.store, parts_.nearness);
  SitemapText text("urlset");
  const UnixMillis now = parts_.clock.wall();
  bool has_any = false;
  for (const IndexedRecord& record : records) {
    // Where its text is not here it has no title, and its page says nothing.
    const bool to_find =
        is_to_find(record.kind) && record.status == RecordStatus::kCurrent && !record.title.empty();
    if (!to_find) continue;
    has_any = true;
    text.add("url", base + "/records/" + directory.lasting_ref(record.log, record.index, record.leaf),
             time_text(std::min(record.created_at, now)));
  }
  // The protocol knows no file without an address.
  if (!has_any) text.add("url", base + "/", "");
  return text.response();
}

}  // namespace koinon
