// Names and passwords that are refused, and who may see to whose account.
#include "node/api/account_rules.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "tests/office_in.h"

namespace koinon::test::account_rules_test {
namespace {

TEST(AccountRules, ANameIsOfFewCharactersAndNotTheSockets) {
  for (const char* name : {"kim", "kim.min-jun_7", "kim@seoul.example", "7"})
    EXPECT_TRUE(check_account_name(name).ok()) << name;
  EXPECT_TRUE(check_account_name(std::string(limits::kAccountNameBytes, 'a')).ok());
  for (const std::string name : {"", "Kim", "kim min", "kim/min", "kïm", "kim\n", "local"}) {
    const Status checked = check_account_name(name);
    ASSERT_FALSE(checked.ok()) << name;
    EXPECT_EQ(checked.error().code, Code::kInvalidArgument) << name;
    EXPECT_EQ(checked.error().field, "name") << name;
  }
  EXPECT_FALSE(check_account_name(std::string(limits::kAccountNameBytes + 1, 'a')).ok());
}

TEST(AccountRules, ANameIsFoundHoweverItIsTyped) {
  TemporaryFolder folder;
  const auto db = office_in(folder);
  ASSERT_TRUE(db);
  Accounts accounts(*db);
  User user;
  user.name = "kim@seoul.example";
  ASSERT_TRUE(accounts.add(user).ok());
  for (const char* typed : {"kim@seoul.example", "Kim@Seoul.Example", " KIM@SEOUL.EXAMPLE\t"}) {
    const auto found = accounts.find(typed);
    ASSERT_TRUE(found.ok() && *found) << typed;
    EXPECT_EQ((*found)->name, "kim@seoul.example");
  }
  EXPECT_FALSE(*accounts.find("kim @seoul.example"));
  user.name = "Kim@seoul.example";
  EXPECT_FALSE(accounts.add(user).ok()) << "it would be the same account";
}

TEST(AccountRules, APasswordIsNeitherShortNorEndless) {
  EXPECT_FALSE(check_password_rule("").ok());
  EXPECT_FALSE(check_password_rule(std::string(limits::kPasswordBytesMin - 1, 'x')).ok());
  EXPECT_TRUE(check_password_rule(std::string(limits::kPasswordBytesMin, 'x')).ok());
  EXPECT_TRUE(check_password_rule(std::string(limits::kPasswordBytes, 'x')).ok());
  const Status checked = check_password_rule(std::string(limits::kPasswordBytes + 1, 'x'));
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().id, "password.length");
  EXPECT_EQ(checked.error().field, "password");
}

TEST(AccountRules, ALineIsOneLineOfUtf8) {
  EXPECT_TRUE(check_line("", "office").ok());
  EXPECT_TRUE(check_line("서울시 기후과", "office").ok());
  for (const std::string& text : {std::string("two\nlines"), std::string("\x7f"), std::string("\xff\xfe"),
                                  std::string(201, 'x'), std::string(1, '\0')}) {
    const Status checked = check_line(text, "office");
    ASSERT_FALSE(checked.ok()) << text;
    EXPECT_EQ(checked.error().field, "office");
  }
}

TEST(AccountRules, EverybodySeesToTheirOwnAccountAndAnOperatorToEach) {
  TemporaryFolder folder;
  const auto office = office_in(folder);
  ASSERT_TRUE(office);
  Accounts accounts(*office);
  User user;
  user.name = "kim";
  user.role = Role::kReader;
  ASSERT_TRUE(accounts.add(user).ok());

  Caller own;
  own.name = "kim";
  own.role = Role::kReader;
  const auto mine = own_account(accounts, own, "kim");
  ASSERT_TRUE(mine.ok());
  EXPECT_EQ(mine->name, "kim");

  Caller reviewer;
  reviewer.name = "lee";
  reviewer.role = Role::kReviewer;
  const auto refused = own_account(accounts, reviewer, "kim");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kRefused);
  EXPECT_EQ(own_account(accounts, reviewer, "nobody").error().code, Code::kRefused)
      << "whether there is an account is not told";

  Caller chief;
  chief.name = "local";
  chief.role = Role::kOperator;
  EXPECT_TRUE(own_account(accounts, chief, "kim").ok());
  EXPECT_EQ(own_account(accounts, chief, "nobody").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace koinon::test::account_rules_test
