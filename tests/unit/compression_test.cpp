// Texts are shorter on the wire and the same when they are read; an answer is compressed where that is worth
// it, and its headers say what caches must know.
#include "node/http/compression.h"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "node/http/compressed_answer.h"
#include "proto/base/limits.h"

namespace koinon::test::compression_test {
namespace {

std::string read_gzip(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);  // nothing but gzip
  std::string out(2 * limits::kCompressedMost, '\0');
  std::string in = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string read_brotli(const std::string& bytes) {
  std::string out(2 * limits::kCompressedMost, '\0');
  std::size_t size = out.size();
  EXPECT_EQ(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                    reinterpret_cast<std::uint8_t*>(out.data())),
            BROTLI_DECODER_RESULT_SUCCESS);
  out.resize(size);
  return out;
}

std::string read(const std::string& bytes, ContentCoding coding) {
  return coding == ContentCoding::kGzip ? read_gzip(bytes) : read_brotli(bytes);
}

// A list as the API writes it.
std::string list_of(std::size_t bytes) {
  std::string out = "{\"items\":[";
  for (std::size_t i = 0; out.size() < bytes; ++i)
    out +=
        R"({"ref":"seoul.example/)" + std::to_string(i * 7919 % 10007) + R"(","title":"Shade in summer"},)";
  out.resize(bytes, ' ');
  return out;
}

// Bytes that no coding makes shorter.
std::string noise(std::size_t bytes) {
  std::string out;
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < bytes; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    out += static_cast<char>(state >> 56);
  }
  return out;
}

HttpResponse answer(std::string body, std::string type = "application/json") {
  return {200, std::move(type), std::move(body), {{"ETag", "\"abc\""}}};
}

TEST(Compression, WhatIsReadIsWhatWasWritten) {
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kBrotli}) {
    for (const Effort effort : {Effort::kFast, Effort::kBest}) {
      for (const std::string& text : {std::string(), std::string("a"), std::string(1, '\0'), list_of(1000),
                                      list_of(100'000), noise(70'000), std::string(300'000, 'a')}) {
        const auto shorter = compress(text, coding, effort);
        ASSERT_TRUE(shorter.ok());
        EXPECT_EQ(read(*shorter, coding), text);
        EXPECT_EQ(*shorter, *compress(text, coding, effort)) << "it depends on nothing else";
      }
    }
  }
  EXPECT_EQ(*compress("as it is", ContentCoding::kIdentity, Effort::kBest), "as it is");
}

TEST(Compression, AListIsAFifth) {
  const std::string list = list_of(100'000);
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kBrotli}) {
    const auto fast = compress(list, coding, Effort::kFast);
    EXPECT_LT(fast->size(), list.size() / 5);
    EXPECT_LE(compress(list, coding, Effort::kBest)->size(), fast->size());
  }
}

TEST(Compression, TheLongestIsTakenAndALongerOneIsNot) {
  const std::string longest(limits::kCompressedMost, 'a');
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kBrotli}) {
    EXPECT_EQ(read(*compress(longest, coding, Effort::kFast), coding), longest);
    EXPECT_EQ(compress(longest + "a", coding, Effort::kFast).error().code, Code::kTooLarge);
  }
}

TEST(CompressedAnswer, SaysWhatItIs) {
  const std::string list = list_of(5000);
  for (const auto& [header, coding] :
       {std::pair("gzip", ContentCoding::kGzip), std::pair("gzip, br", ContentCoding::kBrotli)}) {
    const HttpResponse out = compressed(answer(list), header);
    EXPECT_EQ(out.headers.at("Content-Encoding"), coding_name(coding));
    EXPECT_EQ(out.headers.at("Vary"), "Accept-Encoding");
    EXPECT_EQ(out.headers.at("ETag"), "W/\"abc\"");
    EXPECT_EQ(out.content_type, "application/json");
    EXPECT_EQ(read(out.body, coding), list);
  }
}

TEST(CompressedAnswer, AsItIsItKeepsItsStrongTagAndStillVaries) {
  for (const char* header : {"", "identity", "deflate", "gzip;q=0", "gzip;q=0.5, identity"}) {
    const HttpResponse out = compressed(answer(list_of(5000)), header);
    EXPECT_EQ(out.body, list_of(5000)) << header;
    EXPECT_FALSE(out.headers.contains("Content-Encoding"));
    EXPECT_EQ(out.headers.at("ETag"), "\"abc\"");
    EXPECT_EQ(out.headers.at("Vary"), "Accept-Encoding");
  }
}

TEST(CompressedAnswer, ShortAndVeryLongOnesAreNotWorthIt) {
  const auto coded = [](std::size_t bytes, const char* header = "gzip") {
    return compressed(answer(std::string(bytes, 'a')), header).headers.contains("Content-Encoding");
  };
  EXPECT_FALSE(coded(0));
  EXPECT_FALSE(coded(limits::kCompressedLeast - 1));
  EXPECT_TRUE(coded(limits::kCompressedLeast));
  EXPECT_TRUE(coded(limits::kCompressedMost));
  EXPECT_FALSE(coded(limits::kCompressedMost + 1));
  EXPECT_TRUE(coded(10, "gzip, identity;q=0")) << "it does not take them as they are";
  EXPECT_FALSE(coded(5000, "identity;q=0")) << "nothing fits: it gets them all the same";
}

TEST(CompressedAnswer, WhatGetsNoShorterGoesAsItIs) {
  const HttpResponse out = compressed(answer(noise(5000)), "gzip");
  EXPECT_FALSE(out.headers.contains("Content-Encoding"));
  EXPECT_EQ(out.body, noise(5000));
}

TEST(CompressedAnswer, AnAnswerWithoutChangesHasTheTagOfTheWholeOne) {
  HttpResponse unchanged = answer("");
  unchanged.status = 304;
  const HttpResponse out = compressed(unchanged, "br");
  EXPECT_EQ(out.headers.at("ETag"), compressed(answer(list_of(5000)), "br").headers.at("ETag"));
  EXPECT_EQ(out.headers.at("Vary"), "Accept-Encoding");
  EXPECT_FALSE(out.headers.contains("Content-Encoding"));
  // A short one too: nobody knows how long the whole one would be.
  EXPECT_EQ(compressed(answer("short"), "br").headers.at("ETag"), "W/\"abc\"");
  EXPECT_EQ(compressed(unchanged, "").headers.at("ETag"), "\"abc\"");
}

TEST(CompressedAnswer, TextsGainAndPicturesDoNot) {
  for (const char* type :
       {"text/html; charset=utf-8", "text/css", "application/json", "Application/JSON ;x=y",
        "application/problem+json", "application/feed+json", "application/atom+xml; charset=utf-8",
        "text/x-opml", "image/svg+xml", "application/xml"})
    EXPECT_TRUE(gains_by_compression(type)) << type;
  for (const char* type : {"text/event-stream", "text/event-stream; charset=utf-8", "image/png", "image/webp",
                           "application/octet-stream", "application/zip", "application/pdf", ""})
    EXPECT_FALSE(gains_by_compression(type)) << type;
}

TEST(CompressedAnswer, PartsAndWhatIsCodedOrSetsACookieStayAsTheyAre) {
  for (const auto& [name, value] :
       {std::pair("Content-Encoding", "br"), std::pair("Content-Range", "bytes 0-4999/9000"),
        std::pair("Set-Cookie", "koinon=secret"), std::pair("Cache-Control", "no-store, no-transform")}) {
    HttpResponse given = answer(list_of(5000));
    given.headers[name] = value;
    const HttpResponse out = compressed(given, "gzip");
    EXPECT_EQ(out.body, given.body) << name;
    EXPECT_EQ(out.headers, given.headers) << name;
  }
  for (const unsigned status : {201U, 206U, 404U, 500U}) {
    HttpResponse given = answer(list_of(5000));
    given.status = status;
    EXPECT_EQ(compressed(given, "gzip").headers, given.headers) << status;
  }
}

TEST(CompressedAnswer, ANameIsAddedToVaryOnce) {
  HttpResponse out = answer("");
  out.headers["Vary"] = "Accept-Language, Cookie";
  vary_by(out, "Accept-Encoding");
  vary_by(out, "accept-encoding");
  EXPECT_EQ(out.headers.at("Vary"), "Accept-Language, Cookie, Accept-Encoding");
}

TEST(CompressedAnswer, WhatHasASecretIsToBeCompressedByNobody) {
  EXPECT_EQ(kept_whole(answer("a")).headers.at("Cache-Control"), "no-store, no-transform");
  HttpResponse page = answer("a", "text/html; charset=utf-8");
  page.headers["Cache-Control"] = "private, no-cache";
  EXPECT_EQ(kept_whole(page).headers.at("Cache-Control"), "private, no-cache, no-transform");
  EXPECT_FALSE(kept_whole(answer("a", "image/png")).headers.contains("Cache-Control"));
  HttpResponse style = answer("a", "text/css");
  vary_by(style, "Accept-Encoding");
  EXPECT_FALSE(kept_whole(style).headers.contains("Cache-Control"));
}

}  // namespace
}  // namespace koinon::test::compression_test
