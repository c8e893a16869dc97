// What pages about ties have in common: the filter that an address says, addresses with another filter, and
// what both are called in the reader's language.
//
// Belongs to one page.
#pragma once

#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"
#include "node/reading/ties_view.h"

namespace koinon {

class TieFilterWords {
 public:
  // Takes the parameters of kTieFilters from the page's address. Names of topics become slugs.
  explicit TieFilterWords(const Visit& visit);

  const Params& params() const { return params_; }
  // The address of a page with this filter, where some parameters have other values. An empty value takes one
  // away.
  std::string address(const std::string& page, const Params& changed = {}) const;
  // A chip for each part of the filter: what it is called, and the address of the page without it. `kept`:
  // parameters that stay in all of them.
  boost::json::array chips(const std::string& page, const Params& kept = {}) const;
  // The fields of a form: choices that are found, and those that are chosen. `figures`: null on a page that
  // knows none. `kept`: what the form does not ask for and the page it leads to has as well.
  void put_fields(boost::json::object& model, const TiesPage* figures, const Params& kept = {}) const;
  bool empty() const { return params_.empty(); }

 private:
  // Those, and the parts of the filter that a form does not ask for.
  boost::json::array hidden(const Params& kept) const;
  boost::json::array choices(const std::string& name, const std::vector<TieAxisItem>* found) const;
  std::string value_name(const std::string& name, const std::string& value) const;

  const Visit& visit_;
  Params params_;  // without those that are empty
};

// "worked: 2 · partly: 1".
std::string outcomes_text(const Visit& visit, const TieOutcomes& outcomes);
// "2019 to 2022", "since 2019", "up to 2022"; empty: all years.
std::string period_text(const Visit& visit, unsigned year_from, unsigned year_to);
// An outcome as `went` has it: none for kNone.
std::string went_text(Outcome outcome);
// Rows of a list of adoptions.
boost::json::array adoption_rows(const Visit& visit, const std::vector<AdoptionView>& items);

}  // namespace koinon
