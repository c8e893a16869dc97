// What cities are called on a page: by the name in their profile, in the reader's language where they say it,
// beside the domain that their log has. One place for all pages, so that none shows a domain alone.
//
// Belongs to one page.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "node/api/api.h"
#include "node/reading/directory.h"

namespace koinon {

class CityNames {
 public:
  // `shared` outlives this. `language`: of the reader.
  CityNames(ApiShared& shared, std::string language);

  // The name; the domain where the city has stated none, or nothing of it is here.
  const std::string& of(const std::string& city);
  // The same, where it is known which log the city means.
  const std::string& of(const std::string& city, const LogId& log);
  // "Seoul (seoul.example)", for sentences; the domain alone where that is its name.
  std::string in_full(const std::string& city);
  // Each object that has a `city` or an `of_city` gets a `city_name` or an `of_city_name`.
  void put(boost::json::value& model);
  void put(boost::json::object& model);

 private:
  std::shared_ptr<Directory> directory_;
  std::string language_;
  std::map<std::string, std::string> names_;
};

}  // namespace koinon
