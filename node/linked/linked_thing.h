// Linked data: things with properties, as RDF has them. linked_text.h writes them as JSON-LD and as Turtle.
//
// Names of types and properties are short ones, such as dct:title; linked_text.h lists the prefixes. Texts of
// others may be hostile: what must not be shown is removed here, and an address that no link may lead to is
// left out.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

struct LinkedProperty;

// Belongs to whoever makes it. Each function that adds a property adds nothing where its text is empty.
class LinkedThing {
 public:
  // `iri` names the thing for everybody; empty: it has no name of its own, and stands within another one.
  explicit LinkedThing(std::string type, std::string_view iri = {});

  // In no language, as a name or a number in words has none.
  void add_text(std::string name, std::string_view text);
  // `language`: BCP 47; what is no tag counts as no language.
  void add_text(std::string name, std::string_view text, std::string_view language);
  void add_typed(std::string name, std::string text, std::string type);  // type: xsd:date
  void add_time(std::string name, UnixMillis time);                      // to the second, in UTC
  void add_number(std::string name, double value);                       // left out where it is not finite
  void add_link(std::string name, std::string_view iri);
  // An address that somebody else wrote: left out unless it is safe_link().
  void add_others_link(std::string name, std::string_view address);
  void add_thing(std::string name, LinkedThing thing);

  const std::string& type() const { return type_; }
  const std::string& iri() const { return iri_; }
  const std::vector<LinkedProperty>& properties() const { return properties_; }

 private:
  std::string type_;
  std::string iri_;
  std::vector<LinkedProperty> properties_;
};

struct LinkedLiteral {
  std::string text;
  std::string language;  // empty: none
  std::string type;      // empty: a text
};
struct LinkedIri {
  std::string text;
};

struct LinkedProperty {
  std::string name;
  std::variant<LinkedLiteral, double, LinkedIri, LinkedThing> value;
};

// The same address with all that an IRI may not have (RFC 3987; IRIREF of Turtle) percent-encoded.
std::string clean_iri(std::string_view text);

}  // namespace koinon
