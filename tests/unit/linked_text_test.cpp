#include "node/linked/linked_text.h"

#include <limits>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/linked/known_names.h"

namespace koinon::test::linked_text_test {
namespace {

namespace json = boost::json;

TEST(LinkedText, NoTextEndsTheElementInWhichItStands) {
  LinkedThing note("schema:Article", "https://a.example/1");
  const std::string hostile = "</script><!--<script> & \"x\" \xE2\x80\xA8 \xE2\x80\xA9";
  note.add_text("schema:headline", hostile);
  note.add_typed("schema:description", hostile, "xsd:string");
  const std::string text = schema_json_ld(note);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos) << text;
  EXPECT_EQ(text.find("\xE2\x80\xA8"), std::string::npos);
  EXPECT_EQ(text.find("\xE2\x80\xA9"), std::string::npos);
  const json::object read = json::parse(text).as_object();
  EXPECT_EQ(read.at("@context"), "https://schema.org");
  EXPECT_EQ(read.at("@type"), "Article");
  EXPECT_EQ(std::string_view(read.at("description").as_string()), hostile) << "a parser reads what was said";
}

TEST(LinkedText, TurtleQuotesWhatWouldEndATextOrAnAddress) {
  LinkedThing thing("dcat:Dataset", "https://a.example/x> a <b");
  thing.add_text("dct:title", "a \"b\" \\ c", "ko");
  thing.add_text("dct:title", "no tag", "not a tag!");
  thing.add_typed("dct:issued", "2026-05-07", "xsd:date");
  thing.add_link("dct:license", "https://a.example/\"\n{}");
  thing.add_text("dct:identifier", "");
  const std::string text = turtle_text({thing});
  EXPECT_NE(text.find("<https://a.example/x%3E%20a%20%3Cb> a dcat:Dataset"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("a \"b\" \\ c"@ko)"), std::string::npos) << text;
  EXPECT_NE(text.find("\"no tag\" ;"), std::string::npos) << text;
  EXPECT_NE(text.find("\"2026-05-07\"^^xsd:date"), std::string::npos) << text;
  EXPECT_NE(text.find("<https://a.example/%22%0A%7B%7D>"), std::string::npos) << text;
  EXPECT_EQ(text.find("dct:identifier"), std::string::npos) << "nothing is said of what is empty";
}

TEST(LinkedText, ThingsWithANameStandOnceByThemselvesAndOthersWithin) {
  LinkedThing catalogue("dcat:Catalog", "https://a.example/");
  for (const char* name : {"dct:spatial", "dct:coverage"})
    catalogue.add_thing(name, LinkedThing("dct:Location", "https://a.example/place"));
  LinkedThing contact("vcard:Kind");
  contact.add_text("vcard:fn", "Seoul");
  catalogue.add_thing("dcat:contactPoint", contact);
  const std::string text = turtle_text({catalogue});
  EXPECT_NE(text.find("dcat:contactPoint [ a vcard:Kind ;"), std::string::npos) << text;
  const std::string said = "\n<https://a.example/place> a dct:Location .";
  ASSERT_NE(text.find(said), std::string::npos) << text;
  EXPECT_EQ(text.find(said), text.rfind(said)) << text;
  const json::value graph = json::parse(json_ld_text({catalogue})).at("@graph");
  EXPECT_EQ(graph.at(0).at("dct:spatial").at("@id"), "https://a.example/place");
  EXPECT_EQ(graph.at(0).at("dcat:contactPoint").at("vcard:fn"), "Seoul");
}

TEST(LinkedThing, LeavesOutWhatNoLinkMayLeadToAndWhatIsNoNumber) {
  LinkedThing thing("schema:Place");
  thing.add_others_link("schema:url", "javascript:alert(1)");
  thing.add_number("schema:latitude", std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(thing.properties().empty());
}

TEST(KnownNames, AreGivenWhereTheyAreKnown) {
  EXPECT_EQ(licence_address("CC-BY-4.0"), "https://creativecommons.org/licenses/by/4.0/");
  EXPECT_EQ(licence_address("cc0-1.0"), "https://creativecommons.org/publicdomain/zero/1.0/");
  EXPECT_EQ(licence_address("EUPL-1.2"), "https://spdx.org/licenses/EUPL-1.2");
  EXPECT_EQ(licence_address("https://a.example/licence"), "https://a.example/licence");
  for (const char* none : {"", "all rights reserved", "javascript:alert(1)", "mine"})
    EXPECT_EQ(licence_address(none), "") << none;
  EXPECT_EQ(eu_language("ko-KR"), eu_authority("language/KOR"));
  EXPECT_EQ(eu_language("de"), eu_authority("language/DEU"));
  EXPECT_EQ(eu_language("not a tag!"), "");
  EXPECT_EQ(eu_country("kr"), eu_authority("country/KOR"));
  EXPECT_EQ(eu_country("K/"), "");
  EXPECT_EQ(eu_theme("health/testing"), eu_authority("data-theme/HEAL"));
  EXPECT_EQ(eu_theme("local/matters"), "");
  EXPECT_EQ(wikidata_address("Q8684"), "http://www.wikidata.org/entity/Q8684");
  EXPECT_EQ(wikidata_address("Q"), "");
  EXPECT_EQ(geonames_address("1835848/../x"), "");
}

}  // namespace
}  // namespace koinon::test::linked_text_test
