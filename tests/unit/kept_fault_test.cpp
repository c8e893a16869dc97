// Why something failed is read back as it was written down.
#include "node/reading/kept_fault.h"

#include <gtest/gtest.h>

namespace koinon::kept_fault_test {
namespace {

TEST(KeptFault, TheSentenceIsReadBackWithItsIdAndArguments) {
  const Error why = fail(Code::kRefused, Sentence{"publish.other_office",
                                                  "for {office} {count} times",
                                                  {{"office", "Press \"}\n"}, {"count", std::int64_t{3}}}});
  const Error again = kept_fault(why.message, fault_text(why));
  EXPECT_EQ(again.message, why.message);
  EXPECT_EQ(again.id, why.id);
  EXPECT_EQ(again.arguments, why.arguments);
}

TEST(KeptFault, ASentenceWithoutAnIdIsKeptAsItIs) {
  const std::string kept = fault_text(fail(Code::kRefused, "taken back by press"));
  EXPECT_EQ(kept, "");
  const Error again = kept_fault("taken back by press", kept);
  EXPECT_EQ(again.message, "taken back by press");
  EXPECT_EQ(again.id, "");
}

TEST(KeptFault, WhatDoesNotParseHasNoId) {
  for (const char* text : {"{", "[]", "7", R"({"id":7,"arguments":[]})", R"({"arguments":{"a":{}}})"}) {
    const Error again = kept_fault("it failed", text);
    EXPECT_EQ(again.message, "it failed") << text;
    EXPECT_EQ(again.id, "") << text;
    EXPECT_TRUE(again.arguments.empty()) << text;
  }
}

}  // namespace
}  // namespace koinon::kept_fault_test
