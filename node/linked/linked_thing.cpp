#include "node/linked/linked_thing.h"

#include <cmath>
#include <utility>

#include "node/text/language.h"
#include "node/text/plain_text.h"
#include "node/text/time_text.h"

namespace koinon {

std::string clean_iri(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kForbidden = "<>\"{}|^`\\";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7F && kForbidden.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 0x0FU];
    }
  }
  return out;
}

LinkedThing::LinkedThing(std::string type, std::string_view iri)
    : type_(std::move(type)), iri_(clean_iri(iri)) {}

void LinkedThing::add_text(std::string name, std::string_view text) { add_text(std::move(name), text, {}); }

void LinkedThing::add_text(std::string name, std::string_view text, std::string_view language) {
  std::string clean = plain_line(text);
  if (clean.empty()) return;
  properties_.push_back({std::move(name), LinkedLiteral{std::move(clean), language_tag(language), {}}});
}

void LinkedThing::add_typed(std::string name, std::string text, std::string type) {
  if (!text.empty())
    properties_.push_back({std::move(name), LinkedLiteral{std::move(text), {}, std::move(type)}});
}

void LinkedThing::add_time(std::string name, UnixMillis time) {
  add_typed(std::move(name), time_text(time), "xsd:dateTime");
}

void LinkedThing::add_number(std::string name, double value) {
  if (std::isfinite(value)) properties_.push_back({std::move(name), value});
}

void LinkedThing::add_link(std::string name, std::string_view iri) {
  if (!iri.empty()) properties_.push_back({std::move(name), LinkedIri{clean_iri(iri)}});
}

void LinkedThing::add_others_link(std::string name, std::string_view address) {
  if (safe_link(address)) add_link(std::move(name), address);
}

void LinkedThing::add_thing(std::string name, LinkedThing thing) {
  properties_.push_back({std::move(name), std::move(thing)});
}

}  // namespace koinon
