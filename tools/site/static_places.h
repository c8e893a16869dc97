// Which file of the site stands for an address of the node. Pure: it knows what addresses there are, and not
// what is held.
//
// The pages of the default language stand where the node has them; those of the other languages below
// /TAG/. A page is index.html in a folder of its own, so that any web server finds it. What the node takes
// from a query stands in the path. What no file can answer (a search, a form, a page of an account) has no
// place.
#pragma once

#include <optional>
#include <string>

#include "tools/site/address.h"

namespace koinon::site_export {

enum class PlaceKind : unsigned char {
  kPage,      // made of this address
  kFollowed,  // the same, and the page that links to it makes it
  kOfRecord,  // the same, and the record makes it that its address names
  kList,      // of a list of notes (note_lists.h)
  kRecord,    // of a record
  kFile,      // for all languages: of this address, byte for byte
  kPicture,   // the same, and its ending says what it is
};

struct StaticPlace {
  PlaceKind kind = PlaceKind::kPage;
  std::string file;  // within the folder of a language, or of the site where all languages have it
  Address source;    // what the node is asked

  bool has_languages() const { return kind != PlaceKind::kFile && kind != PlaceKind::kPicture; }
};

// Nothing: it needs a node.
std::optional<StaticPlace> place_of(const Address& address);

// A list of notes and its pages: all, those of a topic, of a city, of a kind.
struct ListName {
  std::string by;     // topic, city, kind; empty: all notes
  std::string value;  // as its address has it

  std::string text() const { return by.empty() ? std::string() : by + ":" + value; }
  bool operator==(const ListName&) const = default;
};
// The folder of its pages, with a slash at the end.
std::string list_folder(const ListName& list);
// "page-1200.html": which ends with the arrival of this number. 0: the newest, "index.html".
std::string list_page(std::uint64_t last);
Address list_address(const ListName& list);
// Nothing: it is no list.
std::optional<ListName> list_of(const Address& address);

// The place of a record's page, which stands without the leaf that its lasting address names.
std::string record_folder(const std::string& city, std::string_view entry);
// "/ko/cities/" of ko/cities/index.html.
std::string link_to(const std::string& file);

}  // namespace koinon::site_export
