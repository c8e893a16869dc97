// A test mail: what the mail server said to which step, and who may ask for one.
#include "node/delivery/mail_trial.h"

#include <vector>

#include <gtest/gtest.h>

#include "node/delivery/mail_message.h"

namespace koinon::test::mail_trial_test {
namespace {

TEST(MailDialogue, KeepsTheAnswerToTheLastCommandAndItsStep) {
  MailDialogue dialogue;
  EXPECT_EQ(mail_step_text(dialogue.step()), "connect");
  dialogue.heard("220 mail.example\r\n");
  EXPECT_EQ(mail_step_text(dialogue.step()), "greeting");
  dialogue.sent("EHLO seoul\r\n");
  dialogue.heard("250-mail.example\r\n");
  dialogue.heard("250 AUTH PLAIN\r\n");
  dialogue.sent("AUTH PLAIN\r\n");
  dialogue.heard("334 \r\n");
  dialogue.sent("AHNlb3VsAHNlY3JldA==\r\n");
  EXPECT_EQ(mail_step_text(dialogue.step()), "login") << "what comes after AUTH is no command";
  dialogue.heard("235 2.7.0 ok\r\n");
  dialogue.sent("MAIL FROM:<koinon@seoul.example>\r\n");
  EXPECT_EQ(dialogue.answer(), "") << "nothing yet to this one";
  dialogue.heard("250 ok\r\n");
  dialogue.sent("RCPT TO:<gone@seoul.example>\r\n");
  dialogue.heard("550-5.1.1 no such\r\n");
  dialogue.heard("550 user\u202E\r\n");
  dialogue.sent("QUIT\r\n");
  dialogue.heard("221 bye\r\n");
  EXPECT_EQ(mail_step_text(dialogue.step()), "recipient");
  EXPECT_EQ(dialogue.answer(), "550 5.1.1 no such user");
}

TEST(MailDialogue, WhatAHostileServerSaysStaysOneShortLine) {
  MailDialogue dialogue;
  for (int i = 0; i < 1'000; ++i) dialogue.heard("220-" + std::string(500, 'x'));
  EXPECT_LE(dialogue.answer().size(), 1'000U);
  for (const char* odd : {"", "2", "\r\n", "250", "250-", "\xff\xfe\xfd\xfc\xfb"}) {
    MailDialogue other;
    other.heard(odd);
    other.sent(odd);
    EXPECT_EQ(other.answer().find('\n'), std::string::npos) << odd;
  }
}

TEST(MailTrial, IsOneAtATimeAndNoneWithoutAServer) {
  std::vector<Result<MailTried>> told;
  const MailTrial::Done tell = [&](Result<MailTried> tried) { told.push_back(std::move(tried)); };
  MailTrial none({{}, "", "seoul.example", {}});
  none.ask("it@seoul.example", tell);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.back().error().code, Code::kRefused);

  SmtpServer server;
  server.url = "smtp://127.0.0.1:1";
  MailTrial trial({server, "koinon@seoul.example", "seoul.example", {}});
  trial.ask("it@seoul.example", tell);
  EXPECT_EQ(told.size(), 1U) << "it waits for the courier";
  trial.ask("press@seoul.example", tell);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.back().error().code, Code::kTooMany);
  trial.stop();
  trial.ask("it@seoul.example", tell);
  ASSERT_EQ(told.size(), 4U);
  for (std::size_t i = 2; i < told.size(); ++i) EXPECT_EQ(told[i].error().code, Code::kUnavailable);
}

TEST(MailTrial, ItsMailHasNoLinkThatEndsSuchMails) {
  MailContent content;
  content.opening = "This is a test.";
  EXPECT_EQ(mail_message(content).find("Unsubscribe"), std::string::npos);
}

}  // namespace
}  // namespace koinon::test::mail_trial_test
