#include "node/linked/linked_notes.h"

#include <algorithm>
#include <array>

#include "crypto/merkle.h"
#include "node/linked/known_names.h"
#include "node/linked/linked_text.h"
#include "node/reading/shown_record.h"
#include "node/reading/summary_view.h"
#include "node/text/language.h"
#include "node/text/markdown.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::size_t kVersionsBack = 100;
constexpr std::size_t kReferringRead = 200;
constexpr std::size_t kLanguages = 40;  // in which one note is linked
constexpr int kSources = 50;            // of one note
constexpr const char* kOriginal = "x-default";

const char* type_of(v1::Kind kind) {
  if (kind == v1::KIND_QUESTION) return "schema:Question";
  return kind == v1::KIND_ANSWER ? "schema:Answer" : "schema:Article";
}

// How one note is linked to another, in the words of schema.org.
struct Lineage {
  v1::RefRole role;
  const char* property;
};
constexpr std::array<Lineage, 6> kRefersTo = {{{v1::REF_ROLE_DERIVES_FROM, "schema:isBasedOn"},
                                               {v1::REF_ROLE_ADOPTS, "schema:isBasedOn"},
                                               {v1::REF_ROLE_TRANSLATES, "schema:translationOfWork"},
                                               {v1::REF_ROLE_ABOUT, "schema:about"},
                                               {v1::REF_ROLE_ANSWERS, "schema:parentItem"},
                                               {v1::REF_ROLE_POINTS_TO, "schema:citation"}}};

const google::protobuf::RepeatedPtrField<v1::Source>& sources_of(const v1::Body& body) {
  if (body.has_adoption()) return body.adoption().sources();
  if (body.has_question()) return body.question().sources();
  return body.has_answer() ? body.answer().sources() : body.practice().sources();
}

bool is_date(const std::string& text) {
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  return text.size() >= 4 && text.size() <= 10 && std::all_of(text.begin(), text.end(), fits);
}

void add_citations(const v1::Body& body, LinkedThing& out) {
  int left = kSources;
  for (const v1::Source& source : sources_of(body)) {
    if (left-- == 0) break;
    LinkedThing work("schema:CreativeWork");
    work.add_text("schema:name", source.title());
    work.add_others_link("schema:url", source.url());
    if (!source.publisher().empty()) {
      LinkedThing publisher("schema:Organization");
      publisher.add_text("schema:name", source.publisher());
      work.add_thing("schema:publisher", std::move(publisher));
    }
    if (is_date(source.date())) work.add_text("schema:datePublished", source.date());
    if (!work.properties().empty()) out.add_thing("schema:citation", std::move(work));
  }
}

void add_licence(const v1::Practice& practice, LinkedThing& out) {
  const std::string said = practice.licence().empty() ? std::string(kUsualLicence) : practice.licence();
  if (const std::string address = licence_address(said); !address.empty()) {
    out.add_link("schema:license", address);
    return;
  }
  LinkedThing work("schema:CreativeWork");
  work.add_text("schema:name", said);
  out.add_thing("schema:license", std::move(work));
}

// Where it was done: the author's city.
void add_place(const v1::Profile& profile, LinkedThing& out) {
  LinkedThing place("schema:Place");
  place.add_text("schema:name", profile.display_name());
  if (profile.latitude() != 0 || profile.longitude() != 0) {
    LinkedThing point("schema:GeoCoordinates");
    point.add_number("schema:latitude", profile.latitude());
    point.add_number("schema:longitude", profile.longitude());
    place.add_thing("schema:geo", std::move(point));
  }
  if (profile.country().size() == 2) {
    LinkedThing address("schema:PostalAddress");
    address.add_text("schema:addressCountry", profile.country());
    place.add_thing("schema:address", std::move(address));
  }
  place.add_link("schema:sameAs", wikidata_address(profile.wikidata()));
  place.add_link("schema:sameAs", geonames_address(profile.geonames()));
  if (!place.properties().empty()) out.add_thing("schema:spatialCoverage", std::move(place));
}

// In the note's language where the vocabulary has it.
std::string label_of(const std::string& slug, const std::string& language) {
  const Topic* topic = Vocabulary::builtin().find(slug);
  if (topic == nullptr) return slug;
  for (const std::string& wanted : {language.substr(0, language.find('-')), std::string("en")}) {
    if (const auto it = topic->labels.find(wanted); it != topic->labels.end()) return it->second;
  }
  return slug;
}

LinkedThing identifier(const char* what, const std::string& value) {
  LinkedThing out("schema:PropertyValue");
  out.add_text("schema:propertyID", what);
  out.add_text("schema:value", value);
  return out;
}

}  // namespace

bool is_to_find(v1::Kind kind) { return kind >= v1::KIND_PRACTICE && kind <= v1::KIND_ANSWER; }

std::optional<v1::Profile> latest_profile(StoreReader& store, IndexReader& index, const LogId& log) {
  const auto latest = index.latest(log, v1::KIND_PROFILE);
  if (!latest.ok() || !*latest) return std::nullopt;
  const auto record = shown_record(store, log, **latest);
  if (!record.ok() || record->body.empty()) return std::nullopt;
  auto body = parse_body(record->body);
  if (!body.ok() || !body->has_profile()) return std::nullopt;
  return std::move(*body->mutable_profile());
}

std::string city_iri(const std::string& base, const std::string& city) {
  return base + "/cities/" + city + "#city";
}

std::string LinkedNotes::path(const IndexedRecord& record) {
  return "/records/" + directory_.lasting_ref(record.log, record.index, record.leaf);
}

std::optional<IndexedRecord> LinkedNotes::standing(const LogId& log, EntryIndex index) {
  auto found = parts_.index.get(log, index);
  const bool stands = found.ok() && *found && !is_gone((*found)->status) && is_to_find((*found)->kind);
  return stands ? std::move(*found) : std::nullopt;
}

std::optional<IndexedRecord> LinkedNotes::standing(const std::string& ref) {
  const auto found = directory_.find_ref(ref);
  return found.ok() ? standing(found->log.id, found->index) : std::nullopt;
}

LinkedNote LinkedNotes::note(const RecordView& record) {
  LinkedNote out;
  if (!record.readable() || !is_to_find(record.kind) || is_gone(record.status)) return out;
  if (!record.body || record.hidden) return out;
  const auto itself = standing(record.log, record.index);
  // The index may be behind, and know another entry that stood there.
  if (!itself || itself->leaf != record.leaf_hash) return out;
  out.path = path(*itself);
  out.canonical = address(*itself);
  if (record.status == RecordStatus::kSuperseded) {
    const auto newer = parts_.index.newer_version(record.log, record.index);
    const auto newest = newer.ok() && *newer ? standing(record.log, **newer) : std::nullopt;
    if (newest) out.canonical = address(*newest);
  } else {
    out.languages = languages(record, *itself);
  }
  out.json_ld = schema_json_ld(thing(record, *itself));
  return out;
}

// The original and all that translate it. Each lists the same ones, and itself: search engines ask for that.
std::vector<LanguageVersion> LinkedNotes::languages(const RecordView& record, const IndexedRecord& itself) {
  std::optional<IndexedRecord> original;
  for (const RefView& ref : record.refs) {
    if (ref.role == v1::REF_ROLE_TRANSLATES && ref.held && !ref.is_void && !original)
      original = standing(ref.ref);
  }
  std::vector<IndexedRecord> all = {itself, original.value_or(itself)};
  const auto referring = parts_.index.referring(all.back().log, all.back().index, kReferringRead);
  if (!referring.ok()) return {};
  for (const RelatedRecord& one : *referring) {
    if (one.role != v1::REF_ROLE_TRANSLATES || one.status != RecordStatus::kCurrent) continue;
    if (auto found = standing(one.log, one.index)) all.push_back(std::move(*found));
    if (all.size() == kLanguages) break;
  }
  std::vector<LanguageVersion> out;
  for (const IndexedRecord& one : all) {
    const std::string language = language_tag(one.language);
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](const LanguageVersion& other) { return other.language == language; });
    if (!language.empty() && !known) out.push_back({language, address(one)});
  }
  if (out.size() < 2) return {};
  out.push_back({kOriginal, address(all[1])});
  return out;
}

// It reads only entries: the texts of a hundred versions may have 100 MiB.
UnixMillis LinkedNotes::first_published(const IndexedRecord& itself) {
  UnixMillis first = itself.created_at;
  Hash leaf = itself.leaf;
  EntryIndex index = itself.index;
  for (std::size_t i = 0; i < kVersionsBack; ++i) {
    const auto bytes = parts_.store.entry(itself.log, index);
    if (!bytes.ok() || leaf_hash(*bytes) != leaf) return first;
    const auto entry = parse_entry(*bytes);
    if (!entry.ok() || entry->kind() != itself.kind) return first;
    first = UnixMillis{entry->created_at_ms()};
    const auto earlier = std::find_if(entry->refs().begin(), entry->refs().end(), [&](const v1::Ref& ref) {
      return ref.role() == v1::REF_ROLE_REVISES && ref.log_id() == itself.log.view() &&
             ref.index() < index.value;
    });
    if (earlier == entry->refs().end()) return first;
    index = EntryIndex(earlier->index());
    leaf = Hash::from(earlier->leaf_hash());
  }
  return first;
}

LinkedThing LinkedNotes::city(const RecordView& record, const std::optional<v1::Profile>& profile) {
  const std::string type = profile ? profile->type() : std::string();
  const bool governs = type != "network" && type != "community";
  LinkedThing out(governs ? "schema:GovernmentOrganization" : "schema:Organization",
                  city_iri(base_, record.city));
  out.add_text("schema:name", record.city_name.empty() ? record.city : record.city_name);
  if (profile) out.add_others_link("schema:url", profile->website());
  if (profile) out.add_link("schema:sameAs", wikidata_address(profile->wikidata()));
  if (record.body && !record.body->author().office().empty()) {
    LinkedThing office(governs ? "schema:GovernmentOrganization" : "schema:Organization");
    office.add_text("schema:name", record.body->author().office());
    out.add_thing("schema:department", std::move(office));
  }
  return out;
}

// Another note, by its address and its title.
LinkedThing LinkedNotes::other(const IndexedRecord& record) {
  LinkedThing out(type_of(record.kind), address(record));
  out.add_text("schema:name", title_line(record.title));
  out.add_text("schema:inLanguage", language_tag(record.language));
  return out;
}

void LinkedNotes::add_lineage(const RecordView& record, LinkedThing& out) {
  for (const RefView& ref : record.refs) {
    const auto* how = std::find_if(kRefersTo.begin(), kRefersTo.end(),
                                   [&](const Lineage& one) { return one.role == ref.role; });
    if (how == kRefersTo.end() || !ref.held || ref.is_void || ref.stands_not) continue;
    if (const auto found = standing(ref.ref)) out.add_thing(how->property, other(*found));
  }
  std::size_t left = kLanguages;
  for (const ReferringView& one : record.referred_by) {
    if (one.role != v1::REF_ROLE_TRANSLATES || one.status != RecordStatus::kCurrent || left == 0) continue;
    const auto found = standing(one.ref);
    if (!found) continue;
    out.add_thing("schema:workTranslation", other(*found));
    --left;
  }
}

LinkedThing LinkedNotes::thing(const RecordView& record, const IndexedRecord& itself) {
  const std::string url = address(itself);
  const auto profile = latest_profile(parts_.store, parts_.index, record.log);
  LinkedThing out(type_of(record.kind), url);
  const std::string title = title_line(itself.title);
  out.add_link("schema:url", url);
  out.add_link("schema:mainEntityOfPage", url);
  out.add_text(record.kind == v1::KIND_PRACTICE || record.kind == v1::KIND_ADOPTION ? "schema:headline"
                                                                                    : "schema:name",
               title);
  out.add_text("schema:description", summary_line(itself.summary));
  out.add_text("schema:inLanguage", language_tag(record.language));
  out.add_thing("schema:author", city(record, profile));
  if (!record.body->author().person().empty()) {
    LinkedThing person("schema:Person");
    person.add_text("schema:name", record.body->author().person());
    person.add_link("schema:affiliation", city_iri(base_, record.city));
    out.add_thing("schema:author", std::move(person));
  }
  out.add_link("schema:publisher", city_iri(base_, record.city));
  const UnixMillis first = first_published(itself);
  out.add_time("schema:datePublished", first);
  if (first != itself.created_at) out.add_time("schema:dateModified", itself.created_at);
  for (const std::string& topic : record.topics)
    out.add_text("schema:keywords", label_of(topic, record.language));
  out.add_thing("schema:identifier", identifier("koinon-ref", record.ref));
  out.add_thing("schema:identifier", identifier("koinon-leaf-hash", to_hex(record.leaf_hash.view())));
  if (record.body->has_practice()) add_licence(record.body->practice(), out);
  if (profile) add_place(*profile, out);
  add_citations(*record.body, out);
  add_lineage(record, out);
  return out;
}

}  // namespace koinon
