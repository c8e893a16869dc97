// A city's catalogue as national portals of open data harvest it: DCAT-AP 2.1 and 3.0, which agree in all
// that is said here (https://semiceu.github.io/DCAT-AP/). Pure; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "node/linked/catalogue_view.h"
#include "node/linked/linked_thing.h"
#include "proto/base/sentence.h"

namespace koinon {

// What a catalogue says in one language.
struct CatalogueWords {
  std::string language;  // BCP 47
  std::string city;      // what the city is called in it
  // A message by its key (catalog.*).
  std::function<std::string(std::string_view key, const MessageArguments& arguments)> say;
};

// The title of a dataset in one language, and what is in it.
std::string dataset_title(const DatasetView& dataset, const CatalogueWords& words);
std::string dataset_description(const DatasetView& dataset, const CatalogueWords& words);
std::string distribution_title(const DistributionView& form, const CatalogueWords& words);

// `base`: the address of the pages, without a slash at the end. `words`: in all languages of the interface.
std::vector<LinkedThing> catalogue_things(const CatalogueView& view, const std::vector<CatalogueWords>& words,
                                          const std::string& base);

}  // namespace koinon
