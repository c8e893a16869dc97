// The practice beside which a form is written, as the form shows it: one that is translated, or that is the
// template of our own. And what such a form still has to be filled in.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include <boost/json/object.hpp>

#include "node/pages/note_form.h"
#include "node/reading/record_view.h"

namespace koinon {

// Empty where the text of the record is not here.
OriginalNote original_of(const Visit& visit, const RecordView& record);
// Puts its language, and whether there is one, into the model of a form.
void put_original(const RecordView& record, const OriginalNote& original, boost::json::object& model);

// How many fields of a form have a mark of what is to be filled in (fill_in.h).
std::size_t fields_to_fill_in(const std::map<std::string, std::string>& form);
// Empties the fields that are nothing but such a mark. A text that has one behind it keeps it: somebody must
// say what becomes of the text.
void leave_marks_out(std::map<std::string, std::string>& form);

}  // namespace koinon
