// The form of a practice: which fields it has, and how they become a publish request and come back from one.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "node/api/signing_query.h"
#include "node/pages/form_faults.h"
#include "node/pages/page_frame.h"

namespace koinon {

// What the form says, as the API takes it. Fields that are empty are left out.
boost::json::object request_of_form(const Visit& visit);
// The same, read. The error has everything that is wrong, also what the rules for notes say of it, so that
// whoever writes mends it in one go.
Result<SigningQuery> query_of_form(const Visit& visit);
// `query`, unless the form itself has faults: then these, and with them what is wrong with the rest.
Result<SigningQuery> query_with(std::vector<Error> faults, Result<SigningQuery> query);
// The field that the API calls so. Nothing: the form has none.
std::optional<FormField> note_field(const Visit& visit, const std::string& fault);
// What an operation says of the form, by its fields.
FormFaults note_faults(const Visit& visit, const Error& error);
// The other way round: what a draft, or a note that is revised, puts into the form. Its time is shown in
// `zone`.
std::map<std::string, std::string> form_of_request(const boost::json::object& request, const TimeZone& zone);
// The zone in which a form with these values says its time.
TimeZone zone_of_form(const Visit& visit, const std::map<std::string, std::string>& values);
// The practice beside which a form is written: one that is translated, or is a template.
struct OriginalNote {
  std::map<std::string, std::string> values = {};  // as the form would have them
  boost::json::array needs = {};
};
// The fields in their groups, with labels, help, values and what is wrong with them; and beside each what the
// original says there, unless the field says the same.
boost::json::array field_groups(const Visit& visit, const std::map<std::string, std::string>& values,
                                const FormFaults& faults, const OriginalNote& original = {});
// The languages that a note may be written in, for a list to choose from.
boost::json::array note_languages(const Visit& visit, const std::string& chosen);

}  // namespace koinon
