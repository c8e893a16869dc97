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

class FormFaults {
 public:
  FormFaults() = default;
  // The error and what came with it, in the reader's language.
  FormFaults(const Visit& visit, const Error& error, const FieldOf& field_of);

  bool any() const { return !items_.empty(); }
  void add(const std::optional<FormField>& field, std::string why);
  // What is wrong with a field; empty: nothing.
  std::string at(std::string_view name) const;
  // All in a line.
  std::string text() const;
  // The members that templates/problem.mustache shows.
  void put(boost::json::object& model) const;

 private:
  struct Item {
    FormField field;  // without a name: the form as a whole
    std::string why;
  };
  std::vector<Item> items_;
};

}  // namespace koinon
