// Keys at rest, recovery words, log identity, certificates.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "crypto/invite.h"
#include "crypto/key_file.h"
#include "crypto/log_state.h"
#include "crypto/mnemonic.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "tests/temporary_folder.h"

namespace koinon::keys_test {
namespace {

class Keys : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  test::TemporaryFolder folder;
  Bytes seed = Bytes(32, 's');
};

TEST_F(Keys, HoweverALogIsCutIntoRunsTheyNameTheSame) {
  const LogId log = LogId::from(Bytes(LogId::kSize, 'l'));
  const SealingKey sealing = SealingKey::from(seed);
  std::vector<v1::Entry> entries;
  for (const char node : std::string_view("BBCxDB")) {
    const SigningKey key = SigningKey::from_seed(Bytes(32, node));
    v1::Entry entry;
    entry.set_kind(v1::KIND_KEYS);
    *entry.mutable_control()->mutable_keys() = make_keys(log, key, sealing, key);
    if (node == 'x') entry.mutable_control()->mutable_keys()->set_node_proof(Bytes(64, 'x'));
    entries.push_back(std::move(entry));
  }
  const std::vector<std::uint64_t> firsts = {0, 2, 4, 5};
  for (std::size_t cut = 0; cut <= entries.size(); ++cut) {
    std::vector<const v1::Entry*> left, right;
    for (std::size_t i = 0; i < entries.size(); ++i) (i < cut ? left : right).push_back(&entries[i]);
    std::vector<KeysFact> all = keys_of_run(log, EntryIndex(0), left);
    for (const KeysFact& fact : keys_of_run(log, EntryIndex(cut), right)) {
      if (all.empty() || all.back().keys != fact.keys) all.push_back(fact);
    }
    std::vector<std::uint64_t> named;
    for (const KeysFact& fact : all) named.push_back(fact.index.value);
    EXPECT_EQ(named, firsts) << cut;
  }
}

TEST_F(Keys, AKeyFileIsReadBackAndClosedToOthers) {
  const auto path = folder.path() / "node.key";
  ASSERT_TRUE(write_key_file(path, "node", seed, "").ok());
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(*read_key_file(path, "node", ""), seed);
  EXPECT_FALSE(read_key_file(path, "signing", "").ok()) << "a key serves one role";
}

TEST_F(Keys, LoosePermissionsAreRefusedWithTheRemedy) {
  const auto path = folder.path() / "node.key";
  ASSERT_TRUE(write_key_file(path, "node", seed, "").ok());
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const auto read = read_key_file(path, "node", "");
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message.find("chmod 600"), std::string::npos);
}

TEST_F(Keys, ASealedKeyFileOpensWithItsPassphraseAlone) {
  const auto path = folder.path() / "signing.key";
  ASSERT_TRUE(write_key_file(path, "signing", seed, "correct horse").ok());
  EXPECT_TRUE(*key_file_is_sealed(path));
  EXPECT_EQ(*read_key_file(path, "signing", "correct horse"), seed);
  EXPECT_FALSE(read_key_file(path, "signing", "wrong").ok());
  EXPECT_FALSE(read_key_file(path, "signing", "").ok());
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(text.find(to_base64(seed)), std::string::npos);
}

TEST_F(Keys, ADamagedKeyFileIsRefused) {
  const auto path = folder.path() / "node.key";
  ASSERT_TRUE(write_key_file(path, "node", seed, "").ok());
  const Bytes good = *read_file(path, 4096);
  for (const Bytes& bad :
       {Bytes(), good.substr(0, good.size() / 2), good + "x", Bytes("koinon-key/v1 node\n!!\n")}) {
    ASSERT_TRUE(write_private_file(path, bad).ok());
    EXPECT_FALSE(read_key_file(path, "node", "").ok());
  }
  EXPECT_EQ(read_key_file(folder.path() / "none.key", "node", "").error().code, Code::kNotFound);
}

// Trezor's published vectors for 256 bits, English.
TEST_F(Keys, RecoveryWordsAreBip39) {
  const std::string zeros =
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
      "abandon "
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";
  const std::string ones =
      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote";
  EXPECT_EQ(seed_to_words(Bytes(32, '\0')), zeros);
  EXPECT_EQ(seed_to_words(Bytes(32, '\xff')), ones);
  EXPECT_EQ(*words_to_seed(zeros), Bytes(32, '\0'));
  EXPECT_EQ(*words_to_seed(ones), Bytes(32, '\xff'));
  std::string wrong = zeros;
  wrong.replace(wrong.size() - 3, 3, "zoo");
  EXPECT_FALSE(words_to_seed(wrong).ok()) << "the checksum";
  EXPECT_FALSE(words_to_seed("abandon art").ok());
  EXPECT_FALSE(words_to_seed("notaword " + zeros.substr(8)).ok());
}

// As people type them from paper.
TEST_F(Keys, RecoveryWordsAreReadHoweverTheyAreTyped) {
  const Bytes seed = Bytes(16, '\x5a') + Bytes(16, '\x17');
  const std::string words = seed_to_words(seed);
  const auto each = [&](const auto& change) {
    std::string out;
    std::size_t number = 0;
    for (const std::string& word : split(words, ' ')) out += change(word, ++number);
    return out;
  };
  using Word = const std::string&;
  EXPECT_EQ(*words_to_seed(ascii_upper(words)), seed);
  EXPECT_EQ(*words_to_seed(each([](Word word, std::size_t) { return "  " + word + "\t\r\n"; })), seed);
  EXPECT_EQ(*words_to_seed(each([](Word word, std::size_t) { return word.substr(0, 4) + " "; })), seed);
  EXPECT_EQ(*words_to_seed(each([](Word word, std::size_t) { return word + ", "; })), seed);
  EXPECT_EQ(*words_to_seed(each(
                [](Word word, std::size_t number) { return std::to_string(number) + ". " + word + "\n"; })),
            seed);
  EXPECT_EQ(*words_to_seed(each([](Word word, std::size_t) { return "\u00a0" + word + "\u3000"; })), seed);
}

TEST_F(Keys, EachFaultOfRecoveryWordsHasItsOwnSentence) {
  const std::string words = seed_to_words(Bytes(32, '\x21'));
  const auto said = [](const std::string& typed) {
    const auto read = words_to_seed(typed);
    return read.ok() ? std::string() : read.error().message;
  };
  const auto first_as = [&](const std::string& word) { return word + words.substr(words.find(' ')); };
  EXPECT_EQ(said(words), "");
  EXPECT_EQ(said(words + " zoo"), "there are 24 recovery words; these are 25");
  EXPECT_EQ(said(""), "there are 24 recovery words; these are 0");
  EXPECT_EQ(said(first_as("abandno")), "word 1, 'abandno', is not a recovery word; the nearest is 'abandon'");
  EXPECT_EQ(said(first_as("aba")), "word 1, 'aba', is not a recovery word; the nearest is 'able'")
      << "three letters may begin several words";
  EXPECT_EQ(said(first_as("Zürich")).substr(0, 42), "word 1, 'zürich', is not a recovery word;");
  EXPECT_EQ(said(first_as(std::string(33, 'a'))), "word 1 is too long to be one");
  const std::string no_key =
      "each of these words is one, and together they are no key: a word was taken for another, or two have "
      "changed places";
  EXPECT_EQ(said(words.substr(words.find(' ') + 1) + " " + words.substr(0, words.find(' '))), no_key);
  EXPECT_EQ(said(first_as(words.starts_with("zoo ") ? "zone" : "zoo")), no_key);
  EXPECT_EQ(words_to_seed(std::string(limits::kWordsBytes + 1, 'a')).error().code, Code::kTooLarge);
}

TEST_F(Keys, ALogIdCommitsToNameAndKeys) {
  const SigningKey signing = SigningKey::from_seed(Bytes(32, 'a'));
  const SigningKey recovery = SigningKey::from_seed(Bytes(32, 'b'));
  const LogIdentity identity{"seoul.example", signing.public_key(), recovery.public_key()};
  // By hand, from the specification.
  const Bytes input = Bytes("koinon/v1 log\0", 14) + '\x0d' + "seoul.example" + signing.public_key().bytes() +
                      recovery.public_key().bytes();
  EXPECT_EQ(identity.log_id().bytes(), sha256(input).bytes());
  EXPECT_EQ(identity.origin(), "seoul.example/koinon/" + to_base32(sha256(input).view()));
  EXPECT_EQ(to_text(identity.log_id()).size(), 52U);
}

TEST_F(Keys, GenesisMustFitItsLogAndProveItsKeys) {
  const SigningKey signing = SigningKey::generate();
  const SigningKey cosigner = SigningKey::generate();
  const SigningKey node = SigningKey::generate();
  const LogIdentity identity{"seoul.example", signing.public_key(), SigningKey::generate().public_key()};
  const v1::Entry genesis =
      make_genesis(identity, cosigner, SealingSecret::generate().public_key(), node, {1});
  const auto keys = check_genesis(serialize(genesis), identity);
  ASSERT_TRUE(keys.ok()) << keys.error().text();
  EXPECT_EQ(keys->node.view(), node.public_key().view());
  LogIdentity other = identity;
  other.name = "busan.example";
  EXPECT_FALSE(check_genesis(serialize(genesis), other).ok());
  v1::Entry stolen = genesis;  // another's key, with no proof for this log
  stolen.mutable_control()->mutable_genesis()->mutable_keys()->set_node_key(
      SigningKey::generate().public_key().bytes());
  EXPECT_FALSE(check_genesis(serialize(stolen), identity).ok());
  EXPECT_FALSE(check_genesis("garbage", identity).ok());
}

TEST_F(Keys, APeerLineIsReadBack) {
  const SigningKey key = SigningKey::generate();
  const LogIdentity identity{"seoul.example", key.public_key(), key.public_key()};
  PeerLine line{identity.vkey(), "node.seoul.example:8470", NodeKey::from(Bytes(32, 'n'))};
  EXPECT_EQ(parse_peer_line(line.text())->text(), line.text());
  line.address.clear();
  EXPECT_EQ(parse_peer_line(line.text())->address, "");
  for (const std::string bad : {"", "#", "seoul", "a+b@c:1#d"})
    EXPECT_FALSE(parse_peer_line(bad).ok()) << bad;
  const VKey elsewhere{"seoul.example/other", SignatureType::kEd25519, key.public_key()};
  EXPECT_FALSE(parse_peer_line(elsewhere.text() + "#" + to_text(line.node_key)).ok())
      << "not a Koinon origin";
}

TEST_F(Keys, AfterARecoveryAPeerLineNamesTheSameLog) {
  const SigningKey first = SigningKey::generate();
  const LogIdentity identity{"seoul.example", first.public_key(), first.public_key()};
  const VKey later{identity.origin() + "/2", SignatureType::kEd25519, SigningKey::generate().public_key()};
  const PeerLine line{later, "node.seoul.example:8470", NodeKey::from(Bytes(32, 'n'))};
  const auto read = parse_peer_line(line.text());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->text(), line.text());
  const auto origin = parse_origin(read->vkey->name);
  ASSERT_TRUE(origin.ok());
  EXPECT_EQ(origin->name, "seoul.example");
  EXPECT_EQ(origin->log, identity.log_id());
  EXPECT_EQ(origin->recoveries, 2U);
  EXPECT_EQ(parse_origin(identity.origin())->recoveries, 0U);
  EXPECT_TRUE(names_one_log(identity.log_id(), "seoul.example", later.text()));
  for (const std::string bad : {"/", "/0", "/01", "/65", "/1/1", "/x", "/-1"})
    EXPECT_FALSE(parse_origin(identity.origin() + bad).ok()) << bad;
}

TEST_F(Keys, AnObserversLineHasNoVKey) {
  const PeerLine line{std::nullopt, "library.example:8470", NodeKey::from(Bytes(32, 'n'))};
  EXPECT_EQ(line.text().substr(0, 31), "observer@library.example:8470#b");
  const auto read = parse_peer_line(line.text());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_FALSE(read->vkey);
  EXPECT_EQ(read->text(), line.text());
  EXPECT_FALSE(parse_peer_line("observers" + line.text().substr(8)).ok());
}

TEST_F(Keys, ACertificateCarriesTheNodeKeyAlone) {
  const SigningKey node = SigningKey::generate();
  const auto identity = make_tls_identity(node);
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ(certificate_key(identity->certificate_der)->view(), node.public_key().view());
  EXPECT_FALSE(certificate_key("").ok());
  EXPECT_FALSE(certificate_key(identity->certificate_der.substr(0, 100)).ok());
}

// PROTOCOL.md "A worked example" and "Taking a log back"; tests/functional/wire.py computes the same.
TEST_F(Keys, WhatTheySignIsAsInTheExamplesOfTheSpecification) {
  const auto seeded = [](char first) {
    Bytes seed32;
    for (int i = 0; i < 32; ++i) seed32 += static_cast<char>(first + i);
    return SigningKey::from_seed(seed32);
  };
  const SigningKey signing = seeded('\x00');
  const SigningKey recovery = seeded('\x20');
  const SigningKey node = seeded('\x40');
  const LogIdentity identity{"seoul.example", signing.public_key(), recovery.public_key()};
  const Bytes stated = key_statement(identity.log_id(), KeyRole::kNode, node.public_key());
  EXPECT_EQ(
      to_hex(stated),
      "6b6f696e6f6e2f7631206b65790005e564cd414ccbf31345f7da564a23991c40da632d54d67ee7b2eb6db7935761022543b9"
      "2ff1095511476adc8369db6ddc933665a11978dda1404ee1066ca9559d");
  EXPECT_EQ(
      to_hex(node.sign(stated)),
      "b6f71285876ddce1bf65a926b2504bc70d513014b45351a114d466f8da2bb7467c5c7ec7522f6cc178b19e02606785496516"
      "ad52e63ffb036d301ee821ab0502");
  const PeerLine line{identity.vkey(), "seoul.example:8470", NodeKey::from(node.public_key().view())};
  Bytes secret;
  for (int i = 0; i < 16; ++i) secret += static_cast<char>(0xc0 + i);
  const InviteLine invite{line, secret};
  EXPECT_EQ(invite.text(), line.text() + "+wMHCw8TFxsfIycrLzM3Ozw");
  EXPECT_EQ(to_hex(invite_key(line.node_key, secret).public_key().view()),
            "a30193af4e5adebe30c5eb83e7d5212745a822be65e28b8d2464204db1bc0e8c");
  Bytes exported;
  for (int i = 0; i < 32; ++i) exported += static_cast<char>(0xe0 + i);
  const Bytes joins = join_message(exported, line.text());
  EXPECT_EQ(
      to_hex(node.sign(joins)),
      "5f705017e06c1b2bacaa7a9238e2c40ecb91e180eda6348951fb33d8bfd3fce02aead4c87b3a77455734c3650769ed56c251"
      "a09332e0e2a70f739c87a69fc104");
  EXPECT_EQ(
      to_hex(signing.sign(joins)),
      "b2565bd7598e4d1fb6553e5f1e520ecc4894f9aa0ba64aadaf2715ec84f0057d174fece8436c2f19375c54f8801f6f7fb979"
      "57273bdd4505b529138d48eece07");
  EXPECT_EQ(
      to_hex(recovery.sign(recovery_message(exported))),
      "589762ce306bc90adedb69da472b893353ef5b86e6623fc71d4e9b9f5683235e924ab3e67ad265329958bf65a52eef50ab47"
      "cbb288384236dfd67da0e3d2f50a");
}

TEST(SecretFile, IsRefusedWhereOthersMayReadIt) {
  test::TemporaryFolder folder;
  const auto path = folder.path() / "words";
  ASSERT_TRUE(write_private_file(path, "a passphrase\n").ok());
  ASSERT_TRUE(read_secret_file(path, 100).ok());
  for (const mode_t loose : {0604U, 0622U, 0666U}) {
    ASSERT_EQ(::chmod(path.c_str(), loose), 0);
    const auto read = read_secret_file(path, 100);
    ASSERT_FALSE(read.ok()) << loose;
    EXPECT_NE(read.error().message.find("chmod 600 " + path.string()), std::string::npos);
  }
  // So an administrator gives a service its secrets.
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(read_secret_file(path, 100).ok(), ::geteuid() == 0);
  EXPECT_FALSE(read_secret_file(path, 3).ok());
}

// To open a pipe that nobody writes to would wait, and to open a device may do something.
TEST(KeptFile, IsAFileAndNothingElse) {
  test::TemporaryFolder folder;
  const auto file = folder.path() / "file";
  ASSERT_TRUE(write_private_file(file, "kept").ok());
  const auto link = folder.path() / "link";
  std::filesystem::create_symlink(file, link);
  for (const auto& path : {file, link}) {
    const auto read = read_kept_file(path, 100);
    ASSERT_TRUE(read.ok()) << path;
    EXPECT_EQ(*read, "kept");
  }
  EXPECT_EQ(read_kept_file(folder.path() / "none", 100).error().code, Code::kNotFound);
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::filesystem::path& other : {pipe, folder.path(), std::filesystem::path("/dev/zero")}) {
    const auto read = read_kept_file(other, 100);
    ASSERT_FALSE(read.ok()) << other;
    EXPECT_EQ(read.error().code, Code::kRefused) << other;
  }
}

}  // namespace
}  // namespace koinon::keys_test
