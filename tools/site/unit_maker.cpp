#include "tools/site/unit_maker.h"

#include <utility>

#include "crypto/merkle.h"
#include "node/reading/directory.h"
#include "proto/codec/ref.h"

namespace koinon::site_export {
namespace {

constexpr std::size_t kLookUpsKept = 100'000;

// A picture's address has no ending, and a web server knows a picture by its ending.
std::string ending_of(const std::string& content_type) {
  if (content_type.starts_with("image/png")) return ".png";
  if (content_type.starts_with("image/jpeg")) return ".jpg";
  if (content_type.starts_with("image/gif")) return ".gif";
  if (content_type.starts_with("image/webp")) return ".webp";
  if (content_type.starts_with("image/avif")) return ".avif";
  return "";
}

bool belongs_to_record(const Address& address) {
  return address.path.front() == "records" || (address.path.size() > 2 && address.path[2] == "records");
}

std::string ref_of(const Address& address) { return address.path[1] + "/" + address.path[2]; }

void remember(std::map<std::string, bool>& known, const std::string& what, bool is_so) {
  if (known.size() >= kLookUpsKept) known.clear();
  known[what] = is_so;
}

}  // namespace

UnitMaker::UnitMaker(VisitedNode& node, const SiteLinks& links)
    : node_(node),
      links_(links),
      rewriting_(links, [this](StaticPlace& place) { return ensure(place); }),
      // Feeds name records and pages that are made in their time.
      of_texts_(links, [](StaticPlace&) { return true; }) {}

Result<std::optional<HttpResponse>> UnitMaker::answer(const Address& address, const SiteLanguage& language,
                                                      Of what) {
  constexpr unsigned kNotNow = 503;
  HttpResponse response = node_.get(address, language.tag);
  if (response.status == 200) return std::optional(std::move(response));
  if (response.status < 500 || (what == Of::kFile && response.status == kNotNow))
    return std::optional<HttpResponse>();
  return fail(Code::kUnavailable,
              "the node could not make " + address.text() + ": " + response.body.substr(0, 300));
}

std::string UnitMaker::as_file(const HttpResponse& response) {
  const std::string& type = response.content_type;
  if (type.starts_with("application/feed+json")) return of_texts_.text(response.body, false);
  const bool is_xml = type.starts_with("application/atom+xml") || type.starts_with("text/x-opml") ||
                      type.starts_with("application/xml");
  return is_xml ? of_texts_.text(response.body, true) : response.body;
}

void UnitMaker::put(const std::string& path, std::string content, bool is_shared) {
  unit_.files.emplace_back(path, std::move(content), is_shared);
}

Result<MadeUnit> UnitMaker::make_file(const Address& address) {
  unit_ = {};
  node_.look_again();
  KOINON_ASSIGN(const auto response, answer(address, links_.languages.front(), Of::kFile));
  if (response) put(address.path_text(), as_file(*response), true);
  return std::exchange(unit_, {});
}

Result<MadeUnit> UnitMaker::make(const std::string& unit, std::vector<StaticPlace> places) {
  unit_ = {unit, {}, {}};
  node_.look_again();
  waiting_.clear();
  queued_.clear();
  made_.clear();
  for (StaticPlace& place : places) {
    if (queued_.insert(place.file).second) waiting_.push_back(std::move(place));
  }
  while (!waiting_.empty()) {
    const StaticPlace place = std::move(waiting_.front());
    waiting_.pop_front();
    KOINON_TRY(make_page(place));
  }
  return std::exchange(unit_, {});
}

Status UnitMaker::make_page(const StaticPlace& place) {
  for (const SiteLanguage& language : links_.languages) {
    KOINON_ASSIGN(auto response, answer(place.source, language, Of::kPage));
    if (!response) continue;
    const bool is_page = response->content_type.starts_with("text/html");
    std::string content =
        is_page ? rewriting_.page(response->body, place, language) : std::move(response->body);
    KOINON_TRY(std::exchange(fault_, Status()));
    // Each language has its own first page, the default one too.
    if (place.file == "index.html" && language.folder.empty()) put(language.tag + "/index.html", content);
    put(SiteLinks::file(place, language), std::move(content));
  }
  return {};
}

Result<MadeUnit> UnitMaker::make_record(const LogId& log, EntryIndex index) {
  Directory directory(node_.store(), node_.nearness());
  const std::string ref = directory.ref(log, index);
  const std::string unit = "record " + ref;
  const auto entry = node_.store().entry(log, index);
  if (!entry.ok() && entry.error().code != Code::kNotFound) return entry.error();
  if (!entry.ok()) return MadeUnit{unit, {}, {}};
  const auto address = parse_address("/records/" + ref);
  auto place = address ? place_of(*address) : std::nullopt;
  if (!place) return fail(Code::kInternal, "no page has this address", ref);
  const std::string page = place->file;
  own_ref_ = ref;
  auto made = make(unit, {std::move(*place)});
  own_ref_.clear();
  if (!made.ok()) return made.error();
  const std::string name = format_entry_name(name_by_leaf(index, leaf_hash(*entry)));
  std::string lasting = "records/" + encoded(directory.city(log)) + "/" + name + "/index.html";
  if (made->has(page)) {
    made->files.emplace_back(std::move(lasting), leading_to(page, ref), true);
  } else {
    made->gone = std::move(lasting);
  }
  return made;
}

std::string UnitMaker::leading_to(const std::string& page, const std::string& ref) const {
  const std::string leads = link_to(page);
  const std::string shown = html_encoded(ref);
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + shown +
         "</title>\n<link rel=\"canonical\" href=\"" + html_encoded(links_.url + leads) +
         "\">\n<meta http-equiv=\"refresh\" content=\"0; url=" + html_encoded(leads) +
         "\"></head>\n<body><p><a href=\"" + html_encoded(leads) + "\">" + shown + "</a></p></body></html>\n";
}

bool UnitMaker::ensure(StaticPlace& place) {
  switch (place.kind) {
    case PlaceKind::kPage:
      return place.source.path.size() < 2 ? is_answered(place) : is_city(place.source.path[1]);
    case PlaceKind::kList:
      return place.source.param("city").empty() || is_city(place.source.param("city"));
    case PlaceKind::kRecord:
      return is_held(place.source);
    case PlaceKind::kFile:
    case PlaceKind::kPicture:
      return ensure_file(place);
    case PlaceKind::kOfRecord:
      return is_own(place.source) ? follow(place) : is_answered(place);
    case PlaceKind::kFollowed:
      break;
  }
  return follow(place);
}

bool UnitMaker::follow(const StaticPlace& place) {
  if (queued_.contains(place.file)) return true;
  if (!is_answered(place)) return false;
  queued_.insert(place.file);
  waiting_.push_back(place);
  return true;
}

bool UnitMaker::is_own(const Address& address) const {
  const std::size_t at = address.path.front() == "api" ? 3 : 1;
  if (own_ref_.empty() || address.path.size() < at + 2) return false;
  const std::string& entry = address.path[at + 1];
  return address.path[at] + "/" + entry.substr(0, entry.find('.')) == own_ref_;
}

bool UnitMaker::is_held(const Address& address) {
  const std::string ref = ref_of(address);
  const auto known = known_.find("record " + ref);
  if (known != known_.end()) return known->second;
  Directory directory(node_.store(), node_.nearness(), &node_.index());
  const bool held = directory.find_ref(ref).ok();
  remember(known_, "record " + ref, held);
  return held;
}

bool UnitMaker::is_city(const std::string& name) {
  const auto known = known_.find("city " + name);
  if (known != known_.end()) return known->second;
  Directory directory(node_.store(), node_.nearness());
  const bool held = directory.find_city(name).ok();
  remember(known_, "city " + name, held);
  return held;
}

// Once a run: a page of all pages' menu is asked for once, not for each.
bool UnitMaker::is_answered(const StaticPlace& place) {
  const std::string what = place.source.text();
  if (const auto known = shared_.find(what); known != shared_.end()) return known->second;
  const auto response = answer(place.source, links_.languages.front(), Of::kPage);
  if (!response.ok() && fault_.ok()) fault_ = response.error();
  const bool there = response.ok() && response->has_value();
  remember(shared_, what, there);
  return there;
}

bool UnitMaker::ensure_file(StaticPlace& place) {
  const std::string what = place.source.text();
  // What belongs to another record is made with that one.
  const bool of_record = belongs_to_record(place.source);
  const bool of_unit = of_record && is_own(place.source);
  if (of_unit) {
    if (const auto made = made_.find(what); made != made_.end()) {
      place.file = made->second;
      return !place.file.empty();
    }
  } else if (const auto made = shared_.find(what); made != shared_.end() && !of_record) {
    return made->second;
  }
  const auto response = answer(place.source, links_.languages.front(), Of::kFile);
  if (!response.ok() && fault_.ok()) fault_ = response.error();
  const bool there = response.ok() && response->has_value();
  if (there) {
    if (place.kind == PlaceKind::kPicture) place.file += ending_of((*response)->content_type);
    if (of_unit || !of_record) put(place.file, as_file(**response), !of_unit);
  }
  if (of_unit) {
    made_[what] = there ? place.file : std::string();
  } else if (!of_record) {
    remember(shared_, what, there);
  }
  return there;
}

}  // namespace koinon::site_export
