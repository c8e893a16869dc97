// What is wrong with a form: all of it at once, above the form and at the fields.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

// A field as the form has it: its element is f-NAME.
struct FormField {
  std::string name;
  std::string label;  // in the reader's language
};
// The field of a form that an error means by the API's name for it, without `content.`. Nothing: the form has
// none, and the sentence stands alone.
using FieldOf = std::function<std::optional<FormField>(const std::string& field)>;

// A field of a form, as the API calls it in an error, as the form does, and the message that is its label.
struct KnownField {
  std::string_view fault;
  std::string_view name;
  std::string_view label;
};

class FormFaults {
 public:
  FormFaults() = default;
  // The error and what came with it, in the reader's language.
  FormFaults(const Visit& visit, const Error& error, const FieldOf& field_of);
  // The same of a form that has these fields, and what stands below them (`digests.days` below `digests`).
  FormFaults(const Visit& visit, const Error& error, const std::vector<KnownField>& fields);

  bool any() const { return !items_.empty(); }
  void add(const std::optional<FormField>& field, std::string why);
  // What is wrong with a field; empty: nothing.
  std::string at(std::string_view name) const;
  // All in a line.
  std::string text() const;
  // The members that templates/problem.mustache shows, and for each field at fault error_NAME.
  void put(boost::json::object& model) const;

 private:
  struct Item {
    FormField field;  // without a name: the form as a whole
    std::string why;
  };
  std::vector<Item> items_;
};

}  // namespace koinon
