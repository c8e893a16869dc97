// The list of all notes for search engines (sitemaps.org, protocol 0.9): one list of files, and the files,
// each with the notes of a fixed range of arrivals. So no answer reads more than one range, and a file
// changes only where a note of it does.
//
// Belongs to one thread, like its readers. They must live longer than it.
#pragma once

#include <string>

#include "node/http/message.h"
#include "node/reading/directory.h"
#include "proto/base/clock.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

class Sitemap {
 public:
  struct Parts {
    StoreReader& store;
    IndexReader& index;
    const Nearness& nearness;
    Clock clock;
    bool has_catalogue = false;  // whether there is /catalog
  };
  explicit Sitemap(Parts parts) : parts_(std::move(parts)) {}

  // `base`: the address of the pages, without a slash at the end. It lists 50,000 files at most, as the
  // protocol allows: those of the newest notes.
  Result<HttpResponse> list(const std::string& base);
  // pages.xml, notes-0.xml … kNotFound: there is no such file.
  Result<HttpResponse> file(const std::string& base, const std::string& name);

 private:
  Result<HttpResponse> notes(const std::string& base, std::uint64_t number);

  Parts parts_;
};

}  // namespace koinon
