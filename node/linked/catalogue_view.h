// What a city offers as open data, as a catalogue lists it: its practice notes, all of them and by subject.
//
// On the thread of the readers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "node/reading/directory.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// One form in which a dataset can be had.
struct DistributionView {
  std::string id;          // atom, json-feed, api; within its dataset
  std::string path;        // of its address: /feeds/city/seoul.example.atom
  std::string media_type;  // application/atom+xml
  std::string file_type;   // as the EU's table of file types has it: ATOM
  bool is_of_api = false;  // it is an answer of the API
};

struct DatasetView {
  std::string id;     // notes; topic-health
  std::string topic;  // a first part of a topic of the vocabulary; empty: all notes
  std::optional<UnixMillis>
      modified;  // by the author's clock, and not to come; nothing: there is no note yet
  std::vector<DistributionView> distributions;
};

struct CatalogueView {
  LogId log;
  std::string city;                    // the name of its log on this node
  std::string name;                    // as its profile states it, else `city`
  std::optional<v1::Profile> profile;  // nothing: it has stated none
  std::optional<UnixMillis> issued;    // when its log began
  std::vector<DatasetView>
      datasets;  // that of all notes first, then one for each subject that it has notes of
  bool has_api = true;
};

// What the city is called in a language (BCP 47), as its profile states it; else its name.
std::string name_in(const CatalogueView& view, std::string_view language);

// Its cost grows with the number of first parts of topics in the vocabulary, and not with that of the notes.
// `files_only`: without what only a node answers, the API and searches; then the notes of a subject are no
// dataset, for they are found by a search.
Result<CatalogueView> read_catalogue(StoreReader& store, IndexReader& index, const Nearness& nearness,
                                     const LogId& log, UnixMillis now, bool files_only);

}  // namespace koinon
