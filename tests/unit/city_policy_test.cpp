// The policies that a node writes of the cities that it trusts.
#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/tlog_policy.h"
#include "proto/base/limits.h"
#include "tests/tlog_policies.h"

namespace koinon::test::city_policy_test {
namespace {

const std::string kSeoul = "seoul.example/koinon/log";

SigningKey key_of(int number) { return SigningKey::from_seed(Bytes(31, 's') + static_cast<char>(number)); }

VKey cosigner_key(const std::string& city, int number) {
  return {city + "/koinon/log", SignatureType::kCosignatureV1, key_of(number).public_key()};
}

VKey log_key(int number = 100) { return {kSeoul, SignatureType::kEd25519, key_of(number).public_key()}; }

PolicyCosigner city(const std::string& name, int number, const std::string& country = {}) {
  return {cosigner_key(name, number), {}, country, name};
}

// A head of Seoul, cosigned with these keys.
SignedNote note_of(const std::vector<VKey>& signers, const std::vector<int>& numbers) {
  SignedNote note = *parse_note(sign_checkpoint({kSeoul, TreeSize(9), Hash()}, key_of(100)));
  for (std::size_t i = 0; i < signers.size(); ++i)
    note.signatures.push_back(cosign(note.text, signers[i].name, key_of(numbers[i]), 1'700'000'000));
  return note;
}

class CityPolicyFile : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  static std::string written(const std::vector<PolicyCosigner>& cosigners,
                             std::optional<std::size_t> quorum = std::nullopt,
                             PolicyCounts counts = PolicyCounts::kCosigners) {
    const auto text = make_city_policy({log_key()}, cosigners, quorum, counts);
    EXPECT_TRUE(text.ok()) << text.error().text();
    return text.ok() ? *text : std::string();
  }

  static TlogPolicy parsed(const std::string& text) {
    const auto policy = parse_tlog_policy(text);
    EXPECT_TRUE(policy.ok()) << policy.error().text() << "\n" << text;
    return policy.ok() ? *policy : TlogPolicy{};
  }

  static bool holds(const TlogPolicy& policy, const std::vector<PolicyCosigner>& cosigners,
                    const std::vector<int>& who) {
    std::vector<VKey> keys;
    for (const int number : who) {
      for (const PolicyCosigner& cosigner : cosigners) {
        if (cosigner.newest.key == key_of(number).public_key()) keys.push_back(cosigner.newest);
        for (const VKey& retired : cosigner.retired) {
          if (retired.key == key_of(number).public_key()) keys.push_back(retired);
        }
      }
    }
    EXPECT_EQ(keys.size(), who.size());
    return check_policy(note_of(keys, who), policy).ok();
  }

  std::vector<PolicyCosigner> six = {city("milan.example", 1, "IT"), city("oslo.example", 2, "NO"),
                                     city("turin.example", 3, "IT"), city("pisa.example", 4, "IT"),
                                     city("lima.example", 5),        city("busan.example", 6, "KR")};
};

// Whatever countries they are of.
TEST_F(CityPolicyFile, OfSixCosignersAnyFourSufficeAndNoThree) {
  const TlogPolicy policy = parsed(written(six));
  EXPECT_EQ(policy.logs.size(), 1U);
  EXPECT_EQ(policy.witnesses.size(), 6U);
  for (unsigned set = 0; set < 64; ++set) {
    std::vector<int> who;
    for (int i = 0; i < 6; ++i) {
      if ((set >> i & 1) != 0) who.push_back(i + 1);
    }
    EXPECT_EQ(holds(policy, six, who), who.size() >= 4) << set;
  }
}

TEST_F(CityPolicyFile, SaysItsQuorumAndItsCountriesToWhoReadsIt) {
  const std::string text = written(six);
  EXPECT_NE(text.find("# Quorum: 4 of 6 cosigners, which is more than half of all.\n"), std::string::npos);
  // Country by country, in the order of their nearest cities.
  std::vector<std::size_t> places;
  for (const char* what : {"\n# IT\n", "witness milan.example ", "witness turin.example ",
                           "witness pisa.example ", "\n# NO\n", "witness oslo.example ", "\n# KR\n",
                           "witness busan.example ", "\n# Of no known country\n", "witness lima.example "}) {
    places.push_back(text.find(what));
    EXPECT_NE(places.back(), std::string::npos) << what;
  }
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << text;
  EXPECT_NE(written(six, 2).find("# Quorum: 2 of 6 cosigners.\n"), std::string::npos);
  EXPECT_NE(written({}).find("quorum none\n"), std::string::npos);
}

TEST_F(CityPolicyFile, MayCountCountries) {
  const std::string text = written(six, std::nullopt, PolicyCounts::kCountries);
  EXPECT_NE(text.find("# Quorum: 3 of 4 countries, which is more than half of all.\n"), std::string::npos)
      << text;
  const TlogPolicy policy = parsed(text);
  EXPECT_TRUE(holds(policy, six, {2, 5, 6}));     // NO, lima, KR
  EXPECT_TRUE(holds(policy, six, {1, 4, 2, 6}));  // two of three are IT
  EXPECT_FALSE(holds(policy, six, {1, 2, 6}));    // one is not
  EXPECT_FALSE(holds(policy, six, {1, 3, 4, 2}));
}

TEST_F(CityPolicyFile, ARetiredKeyCountsForItsCityOnce) {
  six[0].retired = {cosigner_key("milan.example", 11), cosigner_key("milan.example", 12)};
  const TlogPolicy policy = parsed(written(six));
  EXPECT_EQ(policy.witnesses.size(), 8U);
  EXPECT_TRUE(holds(policy, six, {12, 2, 3, 4}));
  EXPECT_TRUE(holds(policy, six, {1, 2, 3, 4}));
  EXPECT_FALSE(holds(policy, six, {1, 11, 12, 2, 3}));
}

TEST_F(CityPolicyFile, HasRoomForThirtyTwoNearestFirstAndNewestKeysFirst) {
  std::vector<PolicyCosigner> many;
  for (int i = 0; i < 40; ++i) many.push_back(city("city" + std::to_string(i), i, "IT"));
  for (const PolicyCounts counts : {PolicyCounts::kCosigners, PolicyCounts::kCountries}) {
    many[0].retired = {cosigner_key("city0", 50)};
    const TlogPolicy full = parsed(written(many, std::nullopt, counts));
    EXPECT_LE(full.witnesses.size(), limits::kPolicyCosigners);
    EXPECT_GE(full.witnesses.size(), limits::kPolicyCosigners - 1);
    EXPECT_EQ(full.witnesses.front().key, AnyVKey(many[0].newest));
    std::vector<PolicyCosigner> few(many.begin(), many.begin() + 16);
    for (int i = 0; i < 16; ++i) {
      few[static_cast<std::size_t>(i)].country = "C" + std::to_string(i);
      few[static_cast<std::size_t>(i)].retired = {cosigner_key("x", 60 + 2 * i),
                                                  cosigner_key("x", 61 + 2 * i)};
    }
    const std::string text = written(few, std::nullopt, counts);
    EXPECT_LE(parsed(text).witnesses.size(), limits::kPolicyCosigners);
    EXPECT_LE(parsed(text).groups.size(), limits::kPolicyCosigners);
    EXPECT_NE(text.find("# Left out: "), std::string::npos);
  }
  EXPECT_NE(written(many).find("# Quorum: 15 of 32 cosigners, which is as many as a proof bears.\n"
                               "# Left out: 8 cosigners, since this file has room for 32.\n"
                               "# Left out: 1 retired key, since this file has room for 32.\n"),
            std::string::npos);
}

// Whoever names a city does not write lines of another's policy.
TEST_F(CityPolicyFile, AnyNamesMakeAPolicyThatIsRead) {
  std::vector<PolicyCosigner> odd = {city("none", 1),
                                     city("cosigners", 2),
                                     city("same", 3),
                                     city("same", 4),
                                     city("a b\nquorum none\n#", 5, "I T\nquorum none"),
                                     city("", 6, "#")};
  odd[5].label.clear();
  odd[0].retired = {cosigner_key("none", 7)};
  odd[2].label = std::string(300, 'x') + "\xFF";
  odd[3].label = std::string(300, 'x');
  for (const PolicyCounts counts : {PolicyCounts::kCosigners, PolicyCounts::kCountries}) {
    odd[4].newest.name = "a.example";
    odd[5].newest.name = "b.example";
    const TlogPolicy policy = parsed(written(odd, std::nullopt, counts));
    EXPECT_EQ(policy.witnesses.size(), 7U);
    EXPECT_TRUE(holds(policy, odd, {1, 2, 3, 4, 5, 6}));
    EXPECT_FALSE(holds(policy, odd, {1, 7, 2}));
  }
}

TEST_F(CityPolicyFile, RefusesWhatItCannotSayAndLeavesOutWhatItHas) {
  EXPECT_FALSE(make_city_policy({log_key()}, six, 7).ok());
  EXPECT_FALSE(make_city_policy({log_key()}, six, 0).ok());
  EXPECT_FALSE(make_city_policy({log_key()}, {}, 1).ok());
  EXPECT_FALSE(make_city_policy({cosigner_key("milan.example", 1)}, six).ok());
  six.push_back(city("again.example", 1));
  EXPECT_EQ(parsed(written(six)).witnesses.size(), 6U);
  six[0].newest.type = SignatureType::kEd25519;
  EXPECT_FALSE(make_city_policy({log_key()}, six).ok());
  six[0] = city("two words", 9);
  EXPECT_FALSE(make_city_policy({log_key()}, six).ok());
}

}  // namespace
}  // namespace koinon::test::city_policy_test
