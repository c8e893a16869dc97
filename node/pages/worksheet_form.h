// A worksheet as its form and its pages show it, and the answers that a form sends.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "node/pages/form_faults.h"
#include "node/pages/page_frame.h"
#include "node/reading/worksheet_view.h"

namespace koinon {

// What a need is called in the reader's language; what another city wrote, where we have no word for it.
std::string need_name(const Visit& visit, const WorksheetNeed& need);
// What a need asks: in the words of the practice, else in general ones. May be empty.
std::string need_text(const Visit& visit, const WorksheetQuestions& questions, const WorksheetNeed& need);
// What a city says of itself in one measure; "not said" where it does not.
std::string measure_text(const Visit& visit, const CityMeasures& city, std::string_view measure);
// What an answer is called; empty: there is none.
std::string answer_name(const Visit& visit, const char* subject, std::string_view answer);

// What a form says, as a request has it: answers_json without what nobody chose.
boost::json::object answers_of_form(const Visit& visit, std::size_t needs);
// The fields of the form.
FormFaults worksheet_faults(const Visit& visit, const Error& error);

// The model of the form and of the page for print.
boost::json::object worksheet_model(ApiShared& shared, const Visit& visit, const WorksheetView& view,
                                    const FormFaults& faults);
// The members of it that say what follows from the answers.
void put_verdict(const Visit& visit, const WorksheetView& view, boost::json::object& model);

}  // namespace koinon
