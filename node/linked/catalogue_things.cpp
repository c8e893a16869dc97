#include "node/linked/catalogue_things.h"

#include <array>
#include <charconv>
#include <set>

#include "node/linked/known_names.h"
#include "node/linked/linked_notes.h"
#include "node/text/language.h"
#include "node/text/mail_address.h"
#include "node/text/time_text.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::size_t kDateText = 10;  // 2026-05-07

// The label of a first part of a topic.
std::string label_in(const std::string& slug, const std::string& language) {
  const Topic* topic = Vocabulary::builtin().find(slug);
  if (topic == nullptr) return slug;
  for (const std::string& wanted : {language, std::string("en")}) {
    if (const auto it = topic->labels.find(wanted); it != topic->labels.end()) return it->second;
  }
  return slug;
}

// As well-known text has a number: in digits, as short as it can be read back.
std::string decimal(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

// One catalogue while it is made.
class Making {
 public:
  Making(const CatalogueView& view, const std::vector<CatalogueWords>& words, const std::string& base)
      : view_(view), words_(words), base_(base), home_(base + "/catalog") {}

  std::vector<LinkedThing> things() const {
    std::vector<LinkedThing> out{catalogue(), publisher()};
    if (view_.has_api) out.push_back(service());
    for (const DatasetView& one : view_.datasets) {
      out.push_back(dataset(one));
      for (const DistributionView& form : one.distributions) out.push_back(distribution(one, form));
    }
    return out;
  }

 private:
  std::string iri_of(const std::string& id) const { return home_ + "#" + id; }
  std::string iri_of(const DatasetView& of, const DistributionView& form) const {
    return iri_of(of.id + "-" + form.id);
  }
  std::string publisher_iri() const { return city_iri(base_, view_.city); }

  // The same message in each language.
  template <typename Say>
  void add_in_all(LinkedThing& out, const char* name, Say say) const {
    for (const CatalogueWords& one : words_) out.add_text(name, say(one), one.language);
  }

  void add_authority(LinkedThing& out, const char* name, const char* type, const std::string& iri) const {
    if (!iri.empty()) out.add_thing(name, LinkedThing(type, iri));
  }

  void add_licence(LinkedThing& out) const {
    add_authority(out, "dct:license", "dct:LicenseDocument", eu_authority("licence/CC_BY_4_0"));
  }

  void add_place(LinkedThing& out) const {
    if (!view_.profile) return;
    const v1::Profile& profile = *view_.profile;
    add_authority(out, "dct:spatial", "dct:Location", eu_country(profile.country()));
    if (profile.latitude() == 0 && profile.longitude() == 0 && profile.geonames().empty()) return;
    LinkedThing place("dct:Location", geonames_address(profile.geonames()));
    if (profile.latitude() != 0 || profile.longitude() != 0)
      place.add_typed("dcat:centroid",
                      "POINT(" + decimal(profile.longitude()) + " " + decimal(profile.latitude()) + ")",
                      "geo:wktLiteral");
    out.add_thing("dct:spatial", std::move(place));
  }

  LinkedThing publisher() const {
    LinkedThing out("foaf:Agent", publisher_iri());
    add_in_all(out, "foaf:name", [](const CatalogueWords& one) { return one.city; });
    if (view_.profile) out.add_others_link("foaf:homepage", view_.profile->website());
    const bool is_city = !view_.profile || view_.profile->type().empty() || view_.profile->type() == "city";
    out.add_link("dct:type", is_city ? "http://purl.org/adms/publishertype/LocalAuthority"
                                     : "http://purl.org/adms/publishertype/Other");
    return out;
  }

  LinkedThing contact() const {
    LinkedThing out("vcard:Kind");
    add_in_all(out, "vcard:fn", [](const CatalogueWords& one) { return one.city; });
    const std::string said = view_.profile ? view_.profile->contact() : std::string();
    if (!said.empty() && check_mail_address(said, "contact").ok())
      out.add_link("vcard:hasEmail", "mailto:" + said);
    out.add_link("vcard:hasURL", base_ + "/cities/" + view_.city);
    return out;
  }

  LinkedThing catalogue() const {
    LinkedThing out("dcat:Catalog", home_);
    add_in_all(out, "dct:title", [&](const CatalogueWords& one) {
      return one.say("catalog.title", {{"city", one.city}});
    });
    add_in_all(out, "dct:description", [&](const CatalogueWords& one) {
      return one.say("catalog.about", {{"city", one.city}});
    });
    out.add_link("dct:publisher", publisher_iri());
    out.add_link("foaf:homepage", home_);
    for (const CatalogueWords& one : words_)
      add_authority(out, "dct:language", "dct:LinguisticSystem", eu_language(one.language));
    add_licence(out);
    add_place(out);
    if (view_.issued) out.add_time("dct:issued", *view_.issued);
    if (const auto modified = view_.datasets.front().modified) out.add_time("dct:modified", *modified);
    out.add_link("dcat:themeTaxonomy", eu_authority("data-theme"));
    for (const DatasetView& one : view_.datasets) out.add_link("dcat:dataset", iri_of(one.id));
    if (view_.has_api) out.add_link("dcat:service", iri_of("api"));
    return out;
  }

  LinkedThing service() const {
    LinkedThing out("dcat:DataService", iri_of("api"));
    add_in_all(out, "dct:title", [](const CatalogueWords& one) {
      return one.say("catalog.api", {{"city", one.city}});
    });
    add_in_all(out, "dct:description",
               [](const CatalogueWords& one) { return one.say("catalog.api_about", {}); });
    out.add_link("dcat:endpointURL", base_ + "/api/v1");
    out.add_link("dcat:endpointDescription", base_ + "/api/v1/openapi.json");
    out.add_link("dct:publisher", publisher_iri());
    add_licence(out);
    add_authority(out, "dct:accessRights", "dct:RightsStatement", eu_authority("access-right/PUBLIC"));
    for (const DatasetView& one : view_.datasets) out.add_link("dcat:servesDataset", iri_of(one.id));
    return out;
  }

  // Of all notes: each theme that one of them has.
  std::set<std::string> themes_of(const DatasetView& dataset) const {
    std::set<std::string> out;
    if (!dataset.topic.empty()) {
      out.insert(eu_theme(dataset.topic));
    } else {
      out.insert(eu_authority("data-theme/GOVE"));
      for (const DatasetView& one : view_.datasets) out.insert(eu_theme(one.topic));
    }
    out.erase("");
    return out;
  }

  LinkedThing dataset(const DatasetView& of) const {
    LinkedThing out("dcat:Dataset", iri_of(of.id));
    add_in_all(out, "dct:title", [&](const CatalogueWords& one) { return dataset_title(of, one); });
    add_in_all(out, "dct:description",
               [&](const CatalogueWords& one) { return dataset_description(of, one); });
    out.add_link("dct:publisher", publisher_iri());
    out.add_thing("dcat:contactPoint", contact());
    out.add_text("dct:identifier", iri_of(of.id));
    out.add_link("dcat:landingPage", of.topic.empty()
                                         ? base_ + "/cities/" + view_.city
                                         : base_ + "/?city=" + view_.city + "&topic=" + of.topic);
    for (const std::string& theme : themes_of(of)) out.add_link("dcat:theme", theme);
    for (const DatasetView& subject : view_.datasets) {
      if (subject.topic.empty() || (!of.topic.empty() && of.topic != subject.topic)) continue;
      add_in_all(out, "dcat:keyword",
                 [&](const CatalogueWords& one) { return label_in(subject.topic, one.language); });
    }
    if (view_.profile) {
      for (const std::string& language : view_.profile->languages())
        add_authority(out, "dct:language", "dct:LinguisticSystem", eu_language(language));
    }
    add_place(out);
    if (view_.issued) {
      LinkedThing period("dct:PeriodOfTime");
      period.add_typed("dcat:startDate", time_text(*view_.issued).substr(0, kDateText), "xsd:date");
      out.add_thing("dct:temporal", std::move(period));
      if (of.topic.empty()) out.add_time("dct:issued", *view_.issued);
    }
    if (of.modified) out.add_time("dct:modified", *of.modified);
    add_authority(out, "dct:accrualPeriodicity", "dct:Frequency", eu_authority("frequency/IRREG"));
    add_authority(out, "dct:accessRights", "dct:RightsStatement", eu_authority("access-right/PUBLIC"));
    for (const DistributionView& form : of.distributions) out.add_link("dcat:distribution", iri_of(of, form));
    return out;
  }

  LinkedThing distribution(const DatasetView& of, const DistributionView& form) const {
    LinkedThing out("dcat:Distribution", iri_of(of, form));
    add_in_all(out, "dct:title", [&](const CatalogueWords& one) { return distribution_title(form, one); });
    out.add_link("dcat:accessURL", base_ + form.path);
    if (form.is_of_api) {
      out.add_link("dcat:accessService", iri_of("api"));
    } else {
      out.add_link("dcat:downloadURL", base_ + form.path);
    }
    add_authority(out, "dct:format", "dct:MediaTypeOrExtent", eu_file_type(form.file_type));
    add_authority(out, "dcat:mediaType", "dct:MediaType",
                  "https://www.iana.org/assignments/media-types/" + form.media_type);
    add_licence(out);
    out.add_link("dcatap:availability", eu_authority("planned-availability/STABLE"));
    return out;
  }

  const CatalogueView& view_;
  const std::vector<CatalogueWords>& words_;
  const std::string& base_;
  std::string home_;
};

}  // namespace

std::string dataset_title(const DatasetView& dataset, const CatalogueWords& words) {
  if (dataset.topic.empty()) return words.say("catalog.notes", {{"city", words.city}});
  return words.say("catalog.topic",
                   {{"city", words.city}, {"topic", label_in(dataset.topic, words.language)}});
}

std::string dataset_description(const DatasetView& dataset, const CatalogueWords& words) {
  if (dataset.topic.empty()) return words.say("catalog.notes_about", {{"city", words.city}});
  return words.say("catalog.topic_about",
                   {{"city", words.city}, {"topic", label_in(dataset.topic, words.language)}});
}

std::string distribution_title(const DistributionView& form, const CatalogueWords& words) {
  if (form.id == "atom") return words.say("catalog.atom", {});
  return words.say(form.id == "json-feed" ? "catalog.json_feed" : "catalog.records", {});
}

std::vector<LinkedThing> catalogue_things(const CatalogueView& view, const std::vector<CatalogueWords>& words,
                                          const std::string& base) {
  return Making(view, words, base).things();
}

}  // namespace koinon
