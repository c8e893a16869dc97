// Why a held note failed is read back as it was written down.
#include "node/publishing/held_fault.h"

#include <gtest/gtest.h>

namespace koinon {
namespace {

TEST(HeldFault, TheSentenceIsReadBackWithItsIdAndArguments) {
  const Error why = fail(Code::kRefused, Sentence{"publish.other_office",
                                                  "for {office} {count} times",
                                                  {{"office", "Press \"}\n"}, {"count", std::int64_t{3}}}});
  HeldNote note;
  note.outcome = why.message;
  note.fault = fault_text(why);
  const Error again = fault_of(note);
  EXPECT_EQ(again.message, why.message);
  EXPECT_EQ(again.id, why.id);
  EXPECT_EQ(again.arguments, why.arguments);
}

TEST(HeldFault, ASentenceWithoutAnIdIsKeptAsItIs) {
  HeldNote note;
  note.outcome = "taken back by press";
  note.fault = fault_text(fail(Code::kRefused, note.outcome));
  EXPECT_EQ(note.fault, "");
  EXPECT_EQ(fault_of(note).message, "taken back by press");
  EXPECT_EQ(fault_of(note).id, "");
}

TEST(HeldFault, WhatDoesNotParseHasNoId) {
  HeldNote note;
  note.outcome = "it failed";
  for (const char* text : {"{", "[]", "7", R"({"id":7,"arguments":[]})", R"({"arguments":{"a":{}}})"}) {
    note.fault = text;
    EXPECT_EQ(fault_of(note).message, "it failed") << text;
    EXPECT_EQ(fault_of(note).id, "") << text;
    EXPECT_TRUE(fault_of(note).arguments.empty()) << text;
  }
}

}  // namespace
}  // namespace koinon
