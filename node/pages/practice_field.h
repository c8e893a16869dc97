// The field for practices of a form: people choose them by title, and may write refs and addresses of pages.
//
// Each practice has a row: `points_to`, `points_to:2`, … of the form. A list offers "Cool roofs
// (seoul.example/12)". A title that no practice or more than one has is asked about at its row;
// `practice-for:TITLE` is the answer, a ref.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "node/pages/form_faults.h"
#include "node/pages/page_frame.h"
#include "node/reading/search_words.h"
#include "node/reading/summary_view.h"

namespace koinon {

struct TypedPractice {
  std::string typed;
  std::vector<std::string> refs;  // what it says by itself; none: it is a title
};
// What stands in the rows of a form, in their order, without empty rows. Pure.
std::vector<TypedPractice> typed_practices(const std::map<std::string, std::string>& form);

struct NamedPractice {
  std::string ref;
  std::string title;
  std::string city_name = {};
};
// "Cool roofs (seoul.example/12)": what a list shows, and what is sent back when it is chosen.
std::string practice_label(const NamedPractice& practice);
// Those of what was found that are called so, as two writers agree on it. Pure.
std::vector<NamedPractice> called_so(std::string_view title, const std::vector<NamedPractice>& found);

struct PracticeRow {
  std::string value;
  std::string asked = {};                 // the title that is asked about; empty: nothing is
  std::vector<NamedPractice> meant = {};  // which it may be
};
struct PointedPractices {
  std::vector<std::string> refs;  // what is meant, each once; the asked about are not among them
  std::vector<Error> faults;      // one for each that is asked about, at its row
  std::vector<PracticeRow> rows;  // of those that are named
};

// On the reading thread of its areas.
class PracticeField {
 public:
  PracticeField(PageFrame& frame, const Areas& areas)
      : frame_(frame), records_(areas.records), search_(areas.search) {}

  // What the form of a visit names.
  boost::asio::awaitable<PointedPractices> read(Visit visit);
  // What templates/practice_rows.mustache shows: the rows, and one at least that is empty. `about` are words
  // for practices that are offered first.
  boost::asio::awaitable<boost::json::object> shown(Visit visit, PointedPractices practices,
                                                    FormFaults faults, std::string about);

 private:
  // At most `most` practices, the best first. Words that cannot be searched for find none.
  boost::asio::awaitable<std::vector<NamedPractice>> found(Visit visit, Params words, std::size_t most);
  boost::asio::awaitable<std::string> label_of(Visit visit, std::string ref);

  PageFrame& frame_;
  RecordsApi& records_;
  SearchApi& search_;
};

// The row that is the n-th, as forms and faults name it: points, points-2, …
std::string practice_row_id(std::size_t number);
bool is_practice_row(std::string_view id);

}  // namespace koinon
