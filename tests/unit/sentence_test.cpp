// Sentences with an id: their places are filled as plain text, and an error carries what translates it.
#include "proto/base/sentence.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "proto/base/result.h"
#include "proto/codec/name.h"

namespace koinon::sentence_test {
namespace {

TEST(Sentence, PlacesAreFilledByName) {
  const MessageArguments arguments = {
      {"least", std::int64_t{1}}, {"most", std::int64_t{1000}}, {"who", "press"}};
  EXPECT_EQ(filled("{least} to {most} of {who}", arguments), "1 to 1000 of press");
  EXPECT_EQ(filled("{most}, {most}", arguments), "1000, 1000");
  EXPECT_EQ(filled("no place", arguments), "no place");
  EXPECT_EQ(filled("", arguments), "");
}

TEST(Sentence, AnArgumentIsTextWhateverItLooksLike) {
  const MessageArguments arguments = {{"name", "{most} {name} {"}, {"most", std::int64_t{5}}};
  EXPECT_EQ(filled("{name}: {most}", arguments), "{most} {name} {: 5");
}

TEST(Sentence, APlaceWithoutAnArgumentStaysAsItIs) {
  EXPECT_EQ(filled("{a} {b", {}), "{a} {b");
  EXPECT_EQ(filled("{} }{", {}), "{} }{");
}

TEST(Sentence, AnErrorSaysItInEnglishAndCarriesItsId) {
  const Error error = check_name("").error();
  EXPECT_EQ(error.text(), "name: a name has 1 to 180 bytes");
  EXPECT_EQ(error.id, "city.name_length");
  const MessageArguments most = {{"most", std::int64_t{limits::kNameBytes}}};
  EXPECT_EQ(error.arguments, most);
}

TEST(Sentence, AnErrorWithAnotherFieldSaysTheSame) {
  const Error error = again_as(Code::kRefused, check_name("").error(), "peer");
  EXPECT_EQ(error.text(), "peer: a name has 1 to 180 bytes");
  EXPECT_EQ(error.code, Code::kRefused);
  EXPECT_EQ(error.id, "city.name_length");
}

TEST(Sentence, APlainErrorHasNoId) {
  const Error error = fail(Code::kIo, "the {disk} is gone", "store");
  EXPECT_EQ(error.text(), "store: the {disk} is gone");
  EXPECT_TRUE(error.id.empty());
}

}  // namespace
}  // namespace koinon::sentence_test
