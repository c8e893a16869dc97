// What a request asks to be signed, and what of it can be kept.
#include "node/publishing/signing_request.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/api/change_request.h"
#include "node/api/signing_query.h"

namespace koinon::test::signing_request_test {
namespace {

using Json = boost::json::object;

TEST(SigningRequests, ANoteIsReadWithWhatItsPublisherSaysOfIt) {
  const Json note{{"kind", "practice"}, {"language", "en"}, {"content", {{"title", "Mine"}}}};
  const auto read = read_signing_request(note);
  ASSERT_TRUE(read.ok()) << read.error().text();
  const auto* request = std::get_if<NoteRequest>(&*read);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->note.body.practice().title(), "Mine");
  EXPECT_FALSE(request->is_file);
  EXPECT_FALSE(request->again);
  Json again = note;
  again["again"] = true;
  EXPECT_TRUE(std::get<NoteRequest>(*read_signing_request(again)).again);
  const Json file{{"file", "+++\nkind = \"practice\"\nlanguage = \"en\"\ntitle = \"Mine\"\n+++\nText.\n"}};
  const auto of_file = read_signing_request(file);
  ASSERT_TRUE(of_file.ok()) << of_file.error().text();
  EXPECT_TRUE(std::get<NoteRequest>(*of_file).is_file);
}

TEST(SigningRequests, AFileThatIsGivenAlongIsTheOneThatTheNoteNames) {
  const std::string digest(64, 'a');
  Json request{
      {"file",
       "+++\nlanguage = \"en\"\ntitle = \"Mine\"\n[[attachments]]\nname = \"roof.jpg\"\nalt = \"White "
       "roofs\"\n+++\nText.\n"},
      {"attachments",
       {Json{{"sha256", digest}, {"name", "roof.jpg"}, {"media_type", "image/jpeg"}},
        Json{{"sha256", digest}, {"name", "plan.pdf"}, {"alt", "A plan"}}}}};
  const auto read = read_signing_request(request);
  ASSERT_TRUE(read.ok()) << read.error().text();
  const auto& files = std::get<NoteRequest>(*read).note.body.practice().attachments();
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].alt(), "White roofs");
  EXPECT_EQ(files[0].media_type(), "image/jpeg");
  EXPECT_EQ(files[0].sha256(), std::string(32, '\xAA'));
  EXPECT_EQ(files[1].name(), "plan.pdf");
  EXPECT_EQ(files[1].alt(), "A plan");
  request["attachments"].as_array()[0].as_object()["alt"] = "Said on the command line";
  const auto again = read_signing_request(request);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(std::get<NoteRequest>(*again).note.body.practice().attachments(0).alt(),
            "Said on the command line");
  request["attachments"].as_array()[0].as_object()["sha256"] = "xyz";
  EXPECT_EQ(read_signing_request(request).error().field, "attachments.sha256");
}

TEST(SigningRequests, AWithdrawalIsReadAlone) {
  const auto read = read_signing_request(
      {{"withdraw", {{"ref", "seoul.example/3"}, {"reason", "wrong figures"}, {"erase", true}}}});
  ASSERT_TRUE(read.ok()) << read.error().text();
  const auto* request = std::get_if<WithdrawalRequest>(&*read);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->ref, "seoul.example/3");
  EXPECT_EQ(request->reason, "wrong figures");
  EXPECT_TRUE(request->erase);
  const Json beside{{"withdraw", {{"ref", "seoul.example/3"}}}, {"kind", "practice"}};
  EXPECT_EQ(read_signing_request(beside).error().field, "kind");
  EXPECT_EQ(read_signing_request({{"withdraw", "seoul.example/3"}}).error().field, "withdraw");
}

// What nobody can sign any more is still somebody's text.
TEST(SigningRequests, ANoteThatHasAFaultCanBeADraftAndAWithdrawalCannot) {
  const StoredRequests requests = stored_requests();
  EXPECT_FALSE(requests.read(R"({"kind":"no such kind"})").ok());
  const auto draft_of = [&](const char* text) {
    HeldNote note;
    note.request = text;
    note.hold = std::chrono::milliseconds(1);
    return requests.draft_of(note);
  };
  EXPECT_EQ(draft_of(R"({"kind":"no such kind"})"), R"({"kind":"no such kind"})");
  EXPECT_EQ(draft_of(R"({"withdraw":{"ref":"seoul.example/3"}})"), std::nullopt);
  EXPECT_FALSE(requests.read("{").ok());
  EXPECT_EQ(draft_of("{"), std::nullopt);
  EXPECT_EQ(draft_of("{}"), std::nullopt);
}

// Held till a time that somebody chose: a draft of it would else go out at once.
TEST(SigningRequests, ANoteThatIsTakenBackKeepsTheTimeThatSomebodyChose) {
  HeldNote note;
  note.request = R"({"kind":"practice"})";
  note.due_at = {1'790'000'000'000};
  EXPECT_EQ(request_of_held(note), (Json{{"kind", "practice"}, {"at", "2026-09-21T14:13:20Z"}}));
  const auto again = read_kept_draft(stored_requests().draft_of(note).value(), {});
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->when.at, note.due_at);
  note.hold = std::chrono::minutes(10);
  EXPECT_EQ(request_of_held(note), (Json{{"kind", "practice"}}));
}

}  // namespace
}  // namespace koinon::test::signing_request_test
