#include "tools/site/static_places.h"

#include <algorithm>
#include <array>

#include "proto/base/encoding.h"

namespace koinon::site_export {
namespace {

constexpr std::string_view kIndex = "index.html";

StaticPlace page(std::string folder, const Address& source, PlaceKind kind = PlaceKind::kPage) {
  return {kind, std::move(folder) + std::string(kIndex), source};
}

StaticPlace file(const Address& source) { return {PlaceKind::kFile, source.path_text(), source}; }

bool has_only(const Address& address, std::initializer_list<const char*> names) {
  return std::all_of(address.query.begin(), address.query.end(), [&](const auto& item) {
    return std::find(names.begin(), names.end(), item.first) != names.end();
  });
}

// health/testing as the folders of a path.
std::string folders(const std::string& topic) {
  std::string out;
  for (std::size_t begin = 0; begin < topic.size();) {
    const auto end = std::min(topic.find('/', begin), topic.size());
    out += encoded(std::string_view(topic).substr(begin, end - begin)) + "/";
    begin = end + 1;
  }
  return out;
}

std::optional<StaticPlace> list_place(const Address& address) {
  const auto list = list_of(address);
  if (!list) return std::nullopt;
  const auto before = parse_decimal(address.param("before"));
  const std::uint64_t last = before.ok() && *before > 0 ? *before - 1 : 0;
  return StaticPlace{PlaceKind::kList, list_folder(*list) + list_page(last), address};
}

std::optional<StaticPlace> first_page(const Address& address) {
  if (address.query.empty()) return page("", address);
  if (has_only(address, {"cursor"})) return list_place(list_address({}));
  if (has_only(address, {"topic"})) return list_place(list_address({"topic", address.param("topic")}));
  if (has_only(address, {"city"})) return list_place(list_address({"city", address.param("city")}));
  return std::nullopt;
}

std::optional<StaticPlace> questions(const Address& address) {
  if (address.query.empty()) return page("questions/", address);
  if (has_only(address, {"topic"}))
    return page("questions/topic/" + folders(address.param("topic")), address, PlaceKind::kFollowed);
  if (has_only(address, {"topic", "cursor"})) return list_place(list_address({"kind", "question"}));
  return std::nullopt;
}

std::optional<StaticPlace> cities(const Address& address) {
  if (address.path.size() == 1) {
    if (address.query.empty()) return page("cities/", address);
    if (has_only(address, {"cursor"}))
      return StaticPlace{PlaceKind::kFollowed, "cities/from-" + encoded(address.param("cursor")) + ".html",
                         address};
    return std::nullopt;
  }
  if (address.path.size() != 2) return std::nullopt;
  const std::string folder = "cities/" + encoded(address.path[1]) + "/";
  if (address.query.empty()) return page(folder, address);
  if (has_only(address, {"cursor"})) return list_place(list_address({"city", address.path[1]}));
  for (const std::string part : {"vouches", "vouchers"}) {
    const std::string name = part + "_from";
    if (has_only(address, {name.c_str()}))
      return StaticPlace{PlaceKind::kFollowed, folder + part + "-" + encoded(address.param(name)) + ".html",
                         address};
  }
  return std::nullopt;
}

std::optional<StaticPlace> records(const Address& address) {
  const auto& path = address.path;
  if (path.size() < 3 || !address.query.empty()) return std::nullopt;
  if (path.size() == 3) return page(record_folder(path[1], path[2]), address, PlaceKind::kRecord);
  if (path.size() == 4 && path[3] == "call.ics")
    return StaticPlace{PlaceKind::kOfRecord, record_folder(path[1], path[2]) + "call.ics", address};
  if (path.size() == 5 && path[3] == "pictures")
    return StaticPlace{PlaceKind::kPicture, record_folder(path[1], path[2]) + "pictures/" + encoded(path[4]),
                       address};
  return std::nullopt;
}

// What programs get: files of a record, the keys that check a city.
std::optional<StaticPlace> of_programs(const Address& address) {
  const auto& path = address.path;
  if (path.size() < 3 || path[1] != "v1") return std::nullopt;
  if (path.size() == 3 && path[2] == "policy" && address.query.size() == 1 && !address.param("city").empty())
    return StaticPlace{PlaceKind::kFile, "api/v1/policy/" + encoded(address.param("city")), address};
  if (!address.query.empty()) return std::nullopt;
  if (path.size() == 5 && path[2] == "cities" && path[4] == "evidence") return file(address);
  if (path[2] != "records") return std::nullopt;
  constexpr std::array<std::string_view, 3> kParts = {"proof", "body", "markdown"};
  const bool part = path.size() == 6 && std::find(kParts.begin(), kParts.end(), path[5]) != kParts.end();
  if (part || (path.size() == 7 && path[5] == "attachments")) return file(address);
  return std::nullopt;
}

// With or without one parameter, whose value is a folder.
std::optional<StaticPlace> with_part(const Address& address, const std::string& folder, const char* name) {
  if (address.query.empty()) return page(folder, address);
  if (!has_only(address, {name})) return std::nullopt;
  return page(folder + folders(address.param(name)), address, PlaceKind::kFollowed);
}

}  // namespace

std::string list_folder(const ListName& list) {
  if (list.by == "topic") return "topics/" + folders(list.value);
  if (list.by == "city") return "cities/" + encoded(list.value) + "/notes/";
  if (list.by == "kind") return list.value + "s/all/";
  return "notes/";
}

std::string list_page(std::uint64_t last) {
  return last == 0 ? std::string(kIndex) : "page-" + std::to_string(last) + ".html";
}

Address list_address(const ListName& list) {
  Address out{{"notes"}, {}, {}};
  if (!list.by.empty()) out.query[list.by] = list.value;
  return out;
}

std::optional<ListName> list_of(const Address& address) {
  if (!address.is("notes", 1) || !has_only(address, {"topic", "city", "kind", "before", "after"}))
    return std::nullopt;
  ListName out;
  for (const char* by : {"topic", "city", "kind"}) {
    const std::string value = address.param(by);
    if (value.empty()) continue;
    if (!out.by.empty()) return std::nullopt;
    out = {by, value};
  }
  if (out.by == "kind" && out.value != "question") return std::nullopt;
  return out;
}

std::string record_folder(const std::string& city, std::string_view entry) {
  return "records/" + encoded(city) + "/" + encoded(entry.substr(0, entry.find('.'))) + "/";
}

std::string link_to(const std::string& file) {
  std::string out = "/" + file;
  if (out.ends_with("/" + std::string(kIndex))) out.resize(out.size() - kIndex.size());
  return out;
}

std::optional<StaticPlace> place_of(const Address& address) {
  if (address.path.empty()) return first_page(address);
  const std::string& first = address.path.front();
  if (first == "notes") return list_place(address);
  if (first == "questions" && address.path.size() == 1) return questions(address);
  if (first == "cities") return cities(address);
  if (first == "records") return records(address);
  if (first == "story" && address.path.size() == 3 && address.query.empty())
    return page(
        "story/" + record_folder(address.path[1], address.path[2]).substr(std::string("records/").size()),
        address, PlaceKind::kOfRecord);
  if (first == "api") return of_programs(address);
  if (first == "map" && address.path.size() == 1) return with_part(address, "map/", "region");
  if (first == "pictures" && address.path.size() == 1) return with_part(address, "pictures/", "topic");
  if (address.is("ties", 1) && address.param("print") == "yes" && address.query.size() == 1)
    return page("ties/print/", address, PlaceKind::kFollowed);
  if (!address.query.empty()) return std::nullopt;
  if (address.is("ties", 1) || address.is("impact", 1) || address.is("catalog", 1))
    return page(first + "/", address);
  const bool feed = first == "feeds" && address.path.size() > 1 && !address.path[1].starts_with("search.");
  const bool one = address.path.size() == 1 &&
                   (first == "feeds.opml" || first == "catalog.jsonld" || first == "catalog.ttl");
  if (feed || one || address.is("assets", 2)) return file(address);
  return std::nullopt;
}

}  // namespace koinon::site_export
