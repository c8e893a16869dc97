// A note as programs of others read it: its lasting address, its versions in other languages, and itself as
// schema.org has it (https://schema.org/Article).
//
// Belongs to one thread, like its readers. They must live longer than it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/linked/linked_thing.h"
#include "node/reading/directory.h"
#include "node/reading/record_view.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

struct LanguageVersion {
  std::string language;  // BCP 47; x-default: of the original, for whoever reads none of the others
  std::string url;
};

struct LinkedNote {
  std::string path;       // of its own lasting address, on this node
  std::string canonical;  // the address that is to be found: its own for ever, or that of the newest version
  std::vector<LanguageVersion> languages;  // itself among them; empty: it stands in one language alone
  std::string json_ld;                     // for a page's <script>; empty: it is no note
};

class LinkedNotes {
 public:
  struct Parts {
    StoreReader& store;
    IndexReader& index;
    const Nearness& nearness;
  };
  // `base`: the address of the pages, without a slash at the end.
  LinkedNotes(Parts parts, std::string base)
      : parts_(parts), base_(std::move(base)), directory_(parts.store, parts.nearness, &parts.index) {}

  // What was withdrawn, is not readable, or is of no such kind (is_to_find) is not to be found: of it all is
  // empty. A fault of the store leaves out what it could not read, since the page of the note says what is
  // wrong.
  LinkedNote note(const RecordView& record);

 private:
  std::string path(const IndexedRecord& record);
  std::string address(const IndexedRecord& record) { return base_ + path(record); }
  // The record that a ref of a view names, if it stands here with its text.
  std::optional<IndexedRecord> standing(const std::string& ref);
  std::optional<IndexedRecord> standing(const LogId& log, EntryIndex index);
  std::vector<LanguageVersion> languages(const RecordView& record, const IndexedRecord& itself);
  LinkedThing thing(const RecordView& record, const IndexedRecord& itself);
  LinkedThing city(const RecordView& record, const std::optional<v1::Profile>& profile);
  LinkedThing other(const IndexedRecord& record);
  void add_lineage(const RecordView& record, LinkedThing& out);
  UnixMillis first_published(const IndexedRecord& itself);

  Parts parts_;
  std::string base_;
  Directory directory_;
};

// Whether search engines are to find records of this kind: practices, adoptions, questions and answers. What
// two offices arrange with each other is no text for everybody.
bool is_to_find(v1::Kind kind);
// The latest profile of a log, if its text is here.
std::optional<v1::Profile> latest_profile(StoreReader& store, IndexReader& index, const LogId& log);
// The name of a city itself, beside that of its page.
std::string city_iri(const std::string& base, const std::string& city);

}  // namespace koinon
