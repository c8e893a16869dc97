// Ed25519 (RFC 8032), signed notes and cosignatures (C2SP) against their published examples.
#include <gtest/gtest.h>

#include "crypto/checkpoint.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::signing_test {
namespace {

class Signing : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
};

struct Rfc8032Vector {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};
// RFC 8032 §7.1, tests 1 to 3.
constexpr Rfc8032Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28dc027beceea1ec40a"}};

TEST_F(Signing, Rfc8032) {
  for (const auto& vector : kVectors) {
    const SigningKey key = SigningKey::from_seed(*from_hex(vector.seed));
    EXPECT_EQ(to_hex(key.public_key().view()), vector.key);
    const Bytes message = *from_hex(vector.message);
    EXPECT_EQ(to_hex(key.sign(message)), vector.signature);
    Bytes signature = *from_hex(vector.signature);
    EXPECT_TRUE(verify_signature(key.public_key(), message, signature));
    EXPECT_FALSE(verify_signature(key.public_key(), message + "x", signature));
    signature[10] ^= 1;
    EXPECT_FALSE(verify_signature(key.public_key(), message, signature));
    EXPECT_FALSE(verify_signature(key.public_key(), message, "short"));
  }
}

constexpr std::string_view kExampleKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kExampleNote =
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

TEST_F(Signing, TheSignedNoteOfC2sp) {
  const auto vkey = parse_vkey(kExampleKey);
  ASSERT_TRUE(vkey.ok()) << vkey.error().text();
  EXPECT_EQ(vkey->name, "example.com/foo");
  EXPECT_EQ(vkey->text(), kExampleKey);
  const auto note = parse_note(kExampleNote);
  ASSERT_TRUE(note.ok()) << note.error().text();
  EXPECT_EQ(note->text, "This is an example message.\n");
  EXPECT_TRUE(verify_note(*note, *vkey).ok());
  EXPECT_EQ(note->encode(), kExampleNote);
}

TEST_F(Signing, ANoteWithAnyByteChangedDoesNotVerify) {
  const auto vkey = *parse_vkey(kExampleKey);
  for (std::size_t i = 0; i < kExampleNote.size(); ++i) {
    Bytes changed(kExampleNote);
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    const auto note = parse_note(changed);
    EXPECT_FALSE(note.ok() && verify_note(*note, vkey).ok()) << i;
  }
}

TEST_F(Signing, SignaturesOfOthersAreSkipped) {
  SignedNote note = *parse_note(kExampleNote);
  note.signatures.push_back({"someone.else", 7, Bytes(64, 'x')});
  const auto again = parse_note(note.encode());
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(verify_note(*again, *parse_vkey(kExampleKey)).ok());
}

TEST_F(Signing, AnUnsignedNoteAndAForeignOneAreRefused) {
  SignedNote note = *parse_note(kExampleNote);
  const SigningKey other = SigningKey::generate();
  const VKey vkey{"example.com/foo", SignatureType::kEd25519, other.public_key()};
  EXPECT_FALSE(verify_note(note, vkey).ok());
  note.signatures.clear();
  EXPECT_FALSE(parse_note(note.encode()).ok() && verify_note(note, *parse_vkey(kExampleKey)).ok());
}

// The example of C2SP tlog-cosignature; its keys are not published, its layout is.
constexpr std::string_view kCosigned =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/"
    "zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

TEST_F(Signing, TheCosignedCheckpointOfC2sp) {
  const auto note = parse_note(kCosigned);
  ASSERT_TRUE(note.ok()) << note.error().text();
  const auto checkpoint = parse_checkpoint_text(note->text);
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, TreeSize(20852163));
  EXPECT_EQ(to_base64(checkpoint->root.view()), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
  EXPECT_EQ(checkpoint->text(), note->text);
  ASSERT_EQ(note->signatures.size(), 2U);
  EXPECT_EQ(note->signatures[1].name, "witness.example.com/w1");
  EXPECT_EQ(note->signatures[1].key_id, 0x8d66cf3fU);
  ASSERT_EQ(note->signatures[1].signature.size(), 8 + kSignatureBytes);
  EXPECT_EQ(get_u64(note->signatures[1].signature), 1679315147U);
}

TEST_F(Signing, ACosignatureSignsTheTextThatC2spPrescribes) {
  const SigningKey key = SigningKey::from_seed(Bytes(32, 'w'));
  const VKey cosigner{"witness.example/w", SignatureType::kCosignatureV1, key.public_key()};
  const Checkpoint checkpoint{"seoul.example/log", TreeSize(7), Hash()};
  SignedNote note{checkpoint.text(), {cosign(checkpoint.text(), cosigner.name, key, 1700000000)}};
  const auto time = verify_cosignature(note, cosigner);
  ASSERT_TRUE(time.ok());
  EXPECT_EQ(*time, 1700000000U);
  // By hand, from the specification: header line, time line, then the whole note text.
  const Bytes message = "cosignature/v1\ntime 1700000000\n" + checkpoint.text();
  EXPECT_EQ(note.signatures[0].signature.substr(8), key.sign(message));
  EXPECT_EQ(note.signatures[0].key_id,
            key_id(cosigner.name, SignatureType::kCosignatureV1, key.public_key()));
  note.text = Checkpoint{"seoul.example/log", TreeSize(8), Hash()}.text();
  EXPECT_FALSE(verify_cosignature(note, cosigner).ok());
}

TEST_F(Signing, MalformedNotesAreRefused) {
  for (const std::string bad :
       {"", "\n\n", "text\n", "text\n\n", "text\n\nno dash\n", "text\n\n\u2014 name\n",
        "text\n\n\u2014 name !!!!\n", "text\n\n\u2014 name AAAA\n", "te\x01xt\n\n\u2014 name AAAAAAAA\n",
        "te\xffxt\n\n\u2014 name AAAAAAAA\n"}) {
    EXPECT_FALSE(parse_note(bad).ok() && !parse_note(bad)->signatures.empty()) << bad;
  }
  EXPECT_FALSE(parse_note(Bytes(limits::kNoteBytes + 1, 'x')).ok());
}

TEST_F(Signing, MalformedCheckpointsAreRefused) {
  const std::string root = to_base64(Bytes(32, 'r'));
  EXPECT_TRUE(parse_checkpoint_text("o\n5\n" + root + "\n").ok());
  for (const std::string& bad : {std::string("o\n5\n"), "o\n05\n" + root + "\n", "o\n-5\n" + root + "\n",
                                 "o\n5\n" + root, "\n5\n" + root + "\n", std::string("o\n5\nAAAA\n"),
                                 "o\n99999999999999999999\n" + root + "\n", "o\n5\n" + root + "\n\n"}) {
    EXPECT_FALSE(parse_checkpoint_text(bad).ok()) << bad;
  }
}

TEST_F(Signing, MalformedVerifierKeysAreRefused) {
  std::string wrong_id(kExampleKey);
  wrong_id[16] = wrong_id[16] == '0' ? '1' : '0';
  for (const std::string& bad :
       {std::string(), std::string("name"), std::string("a+b"), std::string("a+530d903a+AAAA"), wrong_id}) {
    EXPECT_FALSE(parse_vkey(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace koinon::signing_test
