#include "node/linked/linked_text.h"

#include <array>
#include <deque>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;
namespace {

struct Prefix {
  std::string_view name;
  std::string_view iri;
};
constexpr std::array<Prefix, 9> kPrefixes = {{{"adms", "http://www.w3.org/ns/adms#"},
                                              {"dcat", "http://www.w3.org/ns/dcat#"},
                                              {"dcatap", "http://data.europa.eu/r5r/"},
                                              {"dct", "http://purl.org/dc/terms/"},
                                              {"foaf", "http://xmlns.com/foaf/0.1/"},
                                              {"geo", "http://www.opengis.net/ont/geosparql#"},
                                              {"schema", "http://schema.org/"},
                                              {"vcard", "http://www.w3.org/2006/vcard/ns#"},
                                              {"xsd", "http://www.w3.org/2001/XMLSchema#"}}};
constexpr std::string_view kSchema = "schema:";

// --- JSON-LD ---

// How names are written: short ones, or those of schema.org alone.
enum class Names : unsigned char { kShort, kSchema };

std::string name_of(const std::string& name, Names names) {
  return names == Names::kSchema && name.starts_with(kSchema) ? name.substr(kSchema.size()) : name;
}

json::object object_of(const LinkedThing& thing, Names names);

json::value json_of(const LinkedProperty& property, Names names) {
  if (const auto* literal = std::get_if<LinkedLiteral>(&property.value)) {
    // The context of schema.org knows the types of its properties.
    if (names == Names::kSchema) return json::value(literal->text);
    if (!literal->language.empty())
      return json::object{{"@value", literal->text}, {"@language", literal->language}};
    if (!literal->type.empty()) return json::object{{"@value", literal->text}, {"@type", literal->type}};
    return json::value(literal->text);
  }
  if (const auto* number = std::get_if<double>(&property.value)) return json::value(*number);
  if (const auto* iri = std::get_if<LinkedIri>(&property.value)) return json::object{{"@id", iri->text}};
  return object_of(std::get<LinkedThing>(property.value), names);
}

json::object object_of(const LinkedThing& thing, Names names) {
  json::object out{{"@type", name_of(thing.type(), names)}};
  if (!thing.iri().empty()) out["@id"] = thing.iri();
  for (const LinkedProperty& property : thing.properties()) {
    json::value value = json_of(property, names);
    const std::string name = name_of(property.name, names);
    auto* said = out.if_contains(name);
    if (said == nullptr) {
      out[name] = std::move(value);
    } else if (said->is_array()) {
      said->as_array().push_back(std::move(value));
    } else {
      json::value first = std::move(*said);
      *said = json::array{std::move(first), std::move(value)};
    }
  }
  return out;
}

// --- Turtle ---

// RDF 1.1 Turtle, section 2.5: a text between quotes.
std::string turtle_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

class Turtle {
 public:
  std::string text(const std::vector<LinkedThing>& things) {
    for (const Prefix& prefix : kPrefixes)
      out_ += "@prefix " + std::string(prefix.name) + ": <" + std::string(prefix.iri) + "> .\n";
    for (const LinkedThing& thing : things) waiting_.push_back(&thing);
    while (!waiting_.empty()) {
      const LinkedThing& thing = *waiting_.front();
      waiting_.pop_front();
      // Many things may name the same language or licence; it is said once what that is.
      if (thing.properties().empty() && !said_.insert(thing.iri() + " " + thing.type()).second) continue;
      out_ += "\n" + (thing.iri().empty() ? "[]" : "<" + thing.iri() + ">") + " ";
      put_properties(thing, "  ");
      out_ += " .\n";
    }
    return std::move(out_);
  }

 private:
  void put_properties(const LinkedThing& thing, const std::string& indent) {
    out_ += "a " + thing.type();
    for (const LinkedProperty& property : thing.properties()) {
      out_ += " ;\n" + indent + property.name + " ";
      put_value(property, indent);
    }
  }

  void put_value(const LinkedProperty& property, const std::string& indent) {
    if (const auto* literal = std::get_if<LinkedLiteral>(&property.value)) {
      out_ += turtle_text(literal->text);
      if (!literal->language.empty()) {
        out_ += "@" + literal->language;
      } else if (!literal->type.empty()) {
        out_ += "^^" + literal->type;
      }
    } else if (const auto* number = std::get_if<double>(&property.value)) {
      out_ += "\"" + json::serialize(json::value(*number)) + "\"^^xsd:double";
    } else if (const auto* iri = std::get_if<LinkedIri>(&property.value)) {
      out_ += "<" + iri->text + ">";
    } else {
      put_thing(std::get<LinkedThing>(property.value), indent);
    }
  }

  // What has a name stands by itself, later.
  void put_thing(const LinkedThing& thing, const std::string& indent) {
    if (!thing.iri().empty()) {
      out_ += "<" + thing.iri() + ">";
      waiting_.push_back(&thing);
      return;
    }
    out_ += "[ ";
    put_properties(thing, indent + "  ");
    out_ += " ]";
  }

  std::string out_;
  std::deque<const LinkedThing*> waiting_;
  std::set<std::string> said_;
};

// Within <script> nothing is an escape but JSON's own. U+2028 and U+2029 end lines in older JavaScript.
std::string safe_in_script(std::string_view text) {
  constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";
  constexpr std::string_view kParagraphSeparator = "\xE2\x80\xA9";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else if (const auto three = text.substr(i, 3);
               three == kLineSeparator || three == kParagraphSeparator) {
      out += three == kLineSeparator ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string json_ld_text(const std::vector<LinkedThing>& things) {
  json::object context;
  for (const Prefix& prefix : kPrefixes) context[prefix.name] = prefix.iri;
  json::array graph;
  for (const LinkedThing& thing : things) graph.push_back(object_of(thing, Names::kShort));
  return json::serialize(json::object{{"@context", std::move(context)}, {"@graph", std::move(graph)}});
}

std::string turtle_text(const std::vector<LinkedThing>& things) { return Turtle().text(things); }

std::string schema_json_ld(const LinkedThing& thing) {
  json::object out{{"@context", "https://schema.org"}};
  for (auto& member : object_of(thing, Names::kSchema)) out[member.key()] = std::move(member.value());
  return safe_in_script(json::serialize(out));
}

}  // namespace koinon
