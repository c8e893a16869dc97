// Encodings, frames, names, refs, entries: what they say is read back, what breaks a rule is refused.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/frame.h"
#include "proto/codec/name.h"
#include "proto/codec/ref.h"
#include "proto/vocabulary/topic_slip.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon::codec_test {
namespace {

RC_GTEST_PROP(Encoding, EveryByteStringHasOneText, (const std::string& bytes)) {
  RC_ASSERT(*from_hex(to_hex(bytes)) == bytes);
  RC_ASSERT(*from_base64(to_base64(bytes)) == bytes);
  RC_ASSERT(*from_base64url(to_base64url(bytes)) == bytes);
  RC_ASSERT(*from_base32(to_base32(bytes)) == bytes);
}

RC_GTEST_PROP(Encoding, NoTwoTextsMeanTheSameBytes, (const std::string& text)) {
  const auto bytes = from_base64(text);
  if (bytes.ok()) RC_ASSERT(to_base64(*bytes) == text);
  const auto base32 = from_base32(text);
  if (base32.ok()) RC_ASSERT(to_base32(*base32) == text);
}

// RFC 4648 §10.
TEST(Encoding, Rfc4648) {
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base32("foobar"), "mzxw6ytboi");
  EXPECT_FALSE(from_base64("Zm9vYh==").ok()) << "left-over bits";
  EXPECT_FALSE(from_base64("Zm9vYg").ok()) << "missing padding";
  EXPECT_FALSE(from_base64("Zm9v====").ok()) << "padding of nothing";
  EXPECT_FALSE(from_base64("Zm9v\nYg=").ok()) << "a line end";
  EXPECT_FALSE(from_base64url("Zm9vYg==").ok()) << "padding where there is none";
  EXPECT_FALSE(from_base64url("Zm9v+g").ok()) << "a character of the other alphabet";
  EXPECT_EQ(to_hex("\x0a\xff"), "0aff");
  EXPECT_FALSE(from_hex("0aFF").ok()) << "a capital letter";
  EXPECT_FALSE(from_hex("0a:f").ok()) << "no digit";
  EXPECT_EQ(*from_hex(""), "");
  EXPECT_EQ(to_base64(""), "");
}

TEST(Encoding, Utf8) {
  for (const std::string good : {"", "abc", "\u00e9", "\uc11c\uc6b8", "\U0001F30D", "\u200b"})
    EXPECT_TRUE(is_utf8(good));
  for (const std::string bad : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                                "\xf5\x80\x80\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

RC_GTEST_PROP(Frames, AStreamCutAnywhereGivesTheSameFrames, ()) {
  const auto nonces = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::arbitrary<std::uint64_t>());
  Bytes stream;
  for (const auto nonce : nonces) {
    v1::Frame frame;
    frame.mutable_ping()->set_nonce(nonce);
    stream += *encode_frame(frame);
  }
  FrameReader reader;
  std::vector<std::uint64_t> got;
  while (!stream.empty()) {
    const auto take = std::min<std::size_t>(stream.size(), *rc::gen::inRange<std::size_t>(1, 9));
    reader.feed(BytesView(stream).substr(0, take));
    stream.erase(0, take);
    while (true) {
      auto frame = reader.next();
      RC_ASSERT(frame.ok());
      if (!*frame) break;
      got.push_back((*frame)->ping().nonce());
    }
  }
  RC_ASSERT(got == nonces);
}

TEST(Frames, ALengthOverTheLimitIsRefusedBeforeItsBytesCome) {
  FrameReader reader;
  Bytes prefix;
  put_u32(prefix, static_cast<std::uint32_t>(limits::kFrameBytes + 1));
  reader.feed(prefix);
  ASSERT_FALSE(reader.next().ok());
  EXPECT_EQ(reader.next().error().code, Code::kTooLarge) << "the stream stays unusable";
}

TEST(Names, OnlyDomainStyleNames) {
  for (const std::string good : {"seoul.example", "xn--9t4b11yi5a.example", "a.b", "x-1.example"})
    EXPECT_TRUE(check_name(good).ok()) << good;
  for (const std::string& bad :
       {std::string(), std::string("seoul"), std::string("Seoul.example"), std::string("a..b"),
        std::string(".a.b"), std::string("a.b."), std::string("-a.b"), std::string("a-.b"),
        std::string("a_b.c"), std::string("a/b.c"), std::string("\u00e9.example"),
        std::string(181, 'a') + ".b"}) {
    EXPECT_FALSE(check_name(bad).ok()) << bad;
  }
}

TEST(Topics, PathsOfPlainWords) {
  for (const std::string good : {"health", "health/testing", "a-1/b"}) EXPECT_TRUE(check_topic(good).ok());
  for (const std::string& bad : {std::string(), std::string("/a"), std::string("a/"), std::string("A"),
                                 std::string("a b"), std::string("../a"), std::string(65, 'a')}) {
    EXPECT_FALSE(check_topic(bad).ok()) << bad;
  }
  EXPECT_TRUE(topic_covers("health", "health/testing"));
  EXPECT_FALSE(topic_covers("health", "healthy"));
  EXPECT_FALSE(topic_covers("health/testing", "health"));
}

TEST(Vocabulary, AliasesBecomeTheSlugAndTheNearestIsFound) {
  const Vocabulary& vocabulary = Vocabulary::builtin();
  EXPECT_GE(vocabulary.topics().size(), 95U);
  EXPECT_EQ(vocabulary.canonical("salud/pruebas"), "health/testing");
  EXPECT_EQ(vocabulary.canonical("Health/Testing"), "health/testing");
  EXPECT_EQ(vocabulary.canonical("salud/otra"), "health/otra");
  EXPECT_EQ(vocabulary.nearest("health/tesing"), "health/testing");
  EXPECT_EQ(vocabulary.nearest("heat"), "climate/heat") << "though health differs by two letters alone";
  for (const auto& topic : vocabulary.topics()) {
    EXPECT_TRUE(check_topic(topic.slug).ok()) << topic.slug;
    EXPECT_EQ(topic.labels.size(), 7U) << topic.slug;
    EXPECT_FALSE(topic.sdgs.empty()) << topic.slug;
  }
}

TEST(Vocabulary, ASlipIsToldFromATopicOfOnesOwn) {
  const auto meant = [](std::string_view slug) {
    return topic_meant(Vocabulary::builtin(), slug).value_or("");
  };
  EXPECT_EQ(meant("helth"), "health");
  EXPECT_EQ(meant("climate/haet"), "climate/heat");
  EXPECT_EQ(meant("healht/tesing"), "health/testing");
  EXPECT_EQ(meant("haet"), "climate/heat");
  EXPECT_EQ(meant("trees"), "nature/trees");
  EXPECT_EQ(meant("helth/metro"), "health/metro") << "what stands below is somebody's own";
  for (const char* own : {"health", "health/testing", "health/metro", "health/testing/rapid", "seoul/metro",
                          "art", "ecology", "weather", "nature/bees", "digital/maps"})
    EXPECT_EQ(meant(own), "") << own;
}

TEST(Languages, WellFormedTags) {
  for (const std::string good : {"en", "ko", "pt-BR", "zh-Hant-TW", "sr-Latn"})
    EXPECT_TRUE(check_language(good).ok());
  for (const std::string& bad :
       {std::string(), std::string("e"), std::string("english language"), std::string("en_US"),
        std::string("-en"), std::string("en-"), std::string(36, 'a')}) {
    EXPECT_FALSE(check_language(bad).ok()) << bad;
  }
}

TEST(Refs, AreReadBackAndRefused) {
  EXPECT_EQ(parse_ref("seoul.example/17")->entry.index, EntryIndex(17));
  EXPECT_EQ(parse_ref("seoul.example~abcdefghijklmnop/17")->log_prefix, "abcdefghijklmnop");
  for (const std::string bad :
       {"", "seoul.example", "seoul.example/", "seoul.example/01", "seoul.example/-1", "/5",
        "seoul.example/99999999999999999999", "seoul.example~short/1", "../x/1"}) {
    EXPECT_FALSE(parse_ref(bad).ok()) << bad;
  }
  const LogId log = LogId::from(Bytes(32, 'l'));
  EXPECT_EQ(format_ref("a.b", log, {EntryIndex(3)}, false), "a.b/3");
  EXPECT_EQ(parse_ref(format_ref("a.b", log, {EntryIndex(3)}, true))->log_prefix, to_text(log).substr(0, 16));
}

TEST(Refs, SayAfterWhichRecoveryAnEntryWasSignedOrItsLeaf) {
  EXPECT_EQ(parse_ref("seoul.example/17")->entry.recoveries, 0U);
  const auto anew = parse_ref("seoul.example~abcdefghijklmnop/17~2");
  ASSERT_TRUE(anew.ok()) << anew.error().text();
  EXPECT_EQ(anew->log_prefix, "abcdefghijklmnop");
  EXPECT_EQ(anew->entry.index, EntryIndex(17));
  EXPECT_EQ(anew->entry.recoveries, 2U);
  EXPECT_EQ(format_entry_name(anew->entry), "17~2");
  const Hash leaf = Hash::from(Bytes(31, '\x3f') + '\x01');
  const EntryName lasting = name_by_leaf(EntryIndex(17), leaf);
  EXPECT_EQ(format_entry_name(lasting), "17.3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f");
  EXPECT_EQ(parse_entry_name("17.3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f")->leaf, lasting.leaf);
  for (const std::string bad :
       {"17~", "17~0", "17~x", "17~01", "17.", "17.3f", "17.3F3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f",
        "17.3f3f3f3f3f3f3f3f", "~1", ".", "17.3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f~1",
        "17~1.3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f", "17~-1", "17 ~1"}) {
    EXPECT_FALSE(parse_entry_name(bad).ok()) << bad;
  }
}

v1::Entry good_entry() {
  v1::Entry entry;
  entry.set_kind(v1::KIND_PRACTICE);
  entry.set_language("en");
  entry.add_topics("health");
  entry.set_body_digest(Bytes(32, 'd'));
  entry.set_body_size(10);
  return entry;
}

TEST(Entries, EachRuleIsCheckedAndNamesItsField) {
  ASSERT_TRUE(check_entry(good_entry()).ok());
  const auto refused = [](const std::string& field, auto change) {
    v1::Entry entry = good_entry();
    change(entry);
    const auto parsed = parse_entry(serialize(entry));
    ASSERT_FALSE(parsed.ok()) << field;
    EXPECT_EQ(parsed.error().field, field);
  };
  refused("kind", [](v1::Entry& e) { e.set_kind(v1::KIND_UNSPECIFIED); });
  refused("created_at_ms", [](v1::Entry& e) { e.set_created_at_ms(-1); });
  refused("language", [](v1::Entry& e) { e.set_language("no language"); });
  refused("topics", [](v1::Entry& e) {
    for (int i = 0; i < 9; ++i) e.add_topics("a");
  });
  refused("topics", [](v1::Entry& e) { e.add_topics("Not A Topic"); });
  refused("refs", [](v1::Entry& e) {
    for (int i = 0; i < 17; ++i) {
      auto* r = e.add_refs();
      r->set_log_id(Bytes(32, 'l'));
      r->set_leaf_hash(Bytes(32, 'h'));
    }
  });
  refused("refs.log_id", [](v1::Entry& e) { e.add_refs()->set_log_id("short"); });
  refused("refs.leaf_hash", [](v1::Entry& e) { e.add_refs()->set_log_id(Bytes(32, 'l')); });
  refused("to", [](v1::Entry& e) { e.add_to("short"); });
  refused("body_digest", [](v1::Entry& e) { e.set_body_digest("short"); });
  refused("body_digest", [](v1::Entry& e) { e.set_body_size(0); });
  refused("body_size", [](v1::Entry& e) { e.set_body_size(limits::kBodyBytes + 1); });
}

TEST(Entries, ABodyThatClaimsTooMuchIsNeverFetched) {
  v1::Entry entry = good_entry();
  EXPECT_EQ(body_claim(entry).size, 10U);
  entry.set_body_size(limits::kBodyBytes + 1);
  EXPECT_EQ(body_claim(entry).size, 0U);
}

TEST(Entries, ALeafOverItsLimitIsRefused) {
  EXPECT_EQ(parse_entry(Bytes(limits::kLeafBytes + 1, 'x')).error().code, Code::kTooLarge);
}

TEST(Entries, UnknownKindsAndFieldsSurvive) {
  v1::Entry entry = good_entry();
  entry.set_kind(static_cast<v1::Kind>(99));
  const auto parsed = parse_entry(serialize(entry));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(kind_name(parsed->kind()), "unknown");
}

TEST(Bodies, NeedASaltAndTextThatIsUtf8) {
  v1::Body body;
  body.set_salt(Bytes(16, 's'));
  body.mutable_practice()->set_title("x");
  EXPECT_TRUE(parse_body(serialize(body)).ok());
  body.set_salt("short");
  EXPECT_FALSE(parse_body(serialize(body)).ok());
  Bytes bad = Bytes("\x0a\x10", 2) + Bytes(16, 's') + Bytes("\x5a\x04\x0a\x02\xff\xfe", 6);
  EXPECT_FALSE(parse_body(bad).ok()) << "a title that is not UTF-8";
}

TEST(Encoding, NoByteOutsideTheAlphabetIsTaken) {
  for (int c = 0; c < 256; ++c) {
    const Bytes text = Bytes("AAA") + static_cast<char>(c);
    for (const auto& [decode, encode] :
         {std::pair(&from_base64, &to_base64), std::pair(&from_base64url, &to_base64url)}) {
      const auto bytes = decode(text);
      EXPECT_TRUE(!bytes.ok() || encode(*bytes) == text) << c;
    }
    const auto hex = from_hex(Bytes("0") + static_cast<char>(c));
    EXPECT_TRUE(!hex.ok() || to_hex(*hex) == Bytes("0") + static_cast<char>(c)) << c;
  }
}

TEST(Ascii, IsTrimmedSplitAndLowered) {
  EXPECT_EQ(trimmed(" \t\r\na b\n "), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(without_blanks(" \ta b\r\nc\n"), "abc");
  EXPECT_EQ(split(" a | |b|", '|'), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split("", '|'), std::vector<std::string>());
  EXPECT_EQ(ascii_lower("AZ[\u00C9az"), "az[\u00C9az") << "letters beyond ASCII stay";
}

TEST(Ascii, FindsControlCharactersButThoseAllowed) {
  EXPECT_FALSE(has_control("plain \u00E9"));
  EXPECT_TRUE(has_control("a\tb"));
  EXPECT_FALSE(has_control("a\tb", "\t"));
  EXPECT_TRUE(has_control("a\nb", "\t"));
  EXPECT_TRUE(has_control("\x7f"));
  EXPECT_TRUE(has_control(std::string(1, '\0'), "\t"));
}

}  // namespace
}  // namespace koinon::codec_test
