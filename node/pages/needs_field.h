// The field for what a practice needs: a row for each need, with its kind and a sentence.
//
// In a form a row is `need_what_1` and `need_text_1`, `need_what_2`, …; `need_rows` says how many rows are
// shown, so that a page without scripts can show more. Pure functions.
#pragma once

#include <map>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

// The rows that say something, as the API takes them.
boost::json::array needs_of_form(const std::map<std::string, std::string>& form);
// The inverse: puts needs into the fields of a form.
void put_needs(const boost::json::array& needs, std::map<std::string, std::string>& form);
// Shows more rows, as many as a practice may have at most.
void add_need_rows(std::map<std::string, std::string>& form);
// Empties the rows whose text is a mark of what is to be filled in (fill_in.h).
void leave_needs_out(std::map<std::string, std::string>& form);
// What templates/field.mustache shows: the rows, and whether there may be more.
void put_need_rows(const Visit& visit, const std::map<std::string, std::string>& form,
                   boost::json::object& out);
// Needs to be read beside the form: `what` in the reader's language, `text` as it is.
boost::json::array needs_to_read(const Visit& visit, const boost::json::array& needs);

}  // namespace koinon
